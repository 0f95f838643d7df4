import { createCache } from '../cache.ts';

/** How many credentials that turn out to be nobody's one address may have the platform asked about. */
export interface StrangerLimit {
  /** Takes one; false where none is left. */
  take(address: string): boolean;
  /** It was somebody's: people do not count. */
  giveBack(address: string): void;
}

const MAX_ADDRESSES = 50_000;

/** Refilled evenly over a minute; `now` in milliseconds, from a clock that does not go back. 0: no limit. */
export function createStrangerLimit(perMinute: number, now: () => number): StrangerLimit {
  const left = createCache<{ readonly left: number; readonly atMs: number }>(MAX_ADDRESSES, Infinity);
  const leftOf = (address: string): number => {
    const kept = left.get(address);
    if (kept === undefined) return perMinute;
    return Math.min(perMinute, kept.left + ((now() - kept.atMs) * perMinute) / 60_000);
  };
  const keep = (address: string, count: number): void =>
    left.set(address, { left: Math.min(perMinute, count), atMs: now() }, 1);
  return {
    take(address) {
      if (perMinute === 0) return true;
      const count = leftOf(address);
      if (count < 1) return false;
      keep(address, count - 1);
      return true;
    },
    giveBack(address) {
      if (perMinute > 0) keep(address, leftOf(address) + 1);
    },
  };
}
