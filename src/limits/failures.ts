import { performance } from 'node:perf_hooks';

export interface FailureLimitOptions {
  /** 0: no limit. */
  readonly perMinute: number;
  /** Addresses remembered at one time; the one that failed longest ago is forgotten first. */
  readonly maxKeys: number;
}

/** Counts failures for each address; past the limit the address waits until enough of them are a minute old. */
export interface FailureLimit {
  /** Milliseconds until the address may try again; 0: now. */
  blockedForMs(address: string): number;
  failed(address: string): void;
}

const minuteMs = 60_000;

export function createFailureLimit({ perMinute, maxKeys }: FailureLimitOptions): FailureLimit {
  const counts = new Map<string, { since: number; count: number }>();
  return {
    blockedForMs(address) {
      const entry = counts.get(address);
      if (perMinute === 0 || entry === undefined || entry.count < perMinute) return 0;
      return Math.max(0, entry.since + minuteMs - performance.now());
    },
    failed(address) {
      const now = performance.now();
      const last = counts.get(address);
      const entry = last !== undefined && now - last.since < minuteMs ? last : { since: now, count: 0 };
      counts.delete(address);
      counts.set(address, { since: entry.since, count: entry.count + 1 });
      const [oldest] = counts.keys();
      if (counts.size > maxKeys && oldest !== undefined) counts.delete(oldest);
    },
  };
}
