import type { Outcome, Reason } from '../policy/reason.ts';

export interface DecisionCount {
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly enforced: boolean;
  readonly count: number;
}

/** Counts what was decided; bounded, since outcomes and reasons are closed lists. */
export interface Counters {
  count(outcome: Outcome, reason: Reason, enforced: boolean): void;
  read(): readonly DecisionCount[];
}

export function createCounters(): Counters {
  const counts = new Map<string, { outcome: Outcome; reason: Reason; enforced: boolean; count: number }>();
  return {
    count(outcome, reason, enforced) {
      const key = enforced ? reason : `${reason} reported`;
      const entry = counts.get(key);
      if (entry === undefined) counts.set(key, { outcome, reason, enforced, count: 1 });
      else entry.count += 1;
    },
    read: () => [...counts.values()],
  };
}
