import type { ClientIp } from '../policy/client-ip.ts';
import type { Outcome } from '../policy/reason.ts';

export interface DecisionCount {
  readonly outcome: Outcome;
  readonly reason: string;
  readonly enforced: boolean;
  readonly count: number;
}

/** Where guarded requests came from, as far as it could be known. */
export interface ClientCounts {
  readonly ipv4: number;
  readonly ipv6: number;
  readonly unknown: number;
  /** Those of them with a forwarding header from a peer that is no trusted proxy. */
  readonly untrustedHeader: number;
}

/** Counts what was answered; bounded, since outcomes and reasons are closed lists. */
export interface Counters {
  count(outcome: Outcome, reason: string, enforced: boolean): void;
  client(status: ClientIp['status'], untrustedHeader: boolean): void;
  read(): readonly DecisionCount[];
  clients(): ClientCounts;
}

export function createCounters(): Counters {
  const counts = new Map<string, { outcome: Outcome; reason: string; enforced: boolean; count: number }>();
  const clients = { ipv4: 0, ipv6: 0, unknown: 0, untrustedHeader: 0 };
  return {
    count(outcome, reason, enforced) {
      const key = enforced ? reason : `${reason} reported`;
      const entry = counts.get(key);
      if (entry === undefined) counts.set(key, { outcome, reason, enforced, count: 1 });
      else entry.count += 1;
    },
    client(status, untrustedHeader) {
      clients[status] += 1;
      if (untrustedHeader) clients.untrustedHeader += 1;
    },
    read: () => [...counts.values()],
    clients: () => ({ ...clients }),
  };
}
