import type { Summary } from '../../api/types.ts';
import { kindOf, outcomeKinds, type OutcomeKind } from '../../parts/outcome.tsx';

/** A stretch of time, and how often what was decided in it. */
export interface Bar {
  /** Unix seconds of its beginning. */
  readonly at: number;
  readonly counts: Readonly<Record<OutcomeKind, number>>;
}

const nothing: Bar['counts'] = { forward: 0, reported: 0, login: 0, deny: 0, unavailable: 0 };

/** Every stretch of the time that was asked for, empty ones too. */
export function barsOf({ from, to, bucketSeconds, buckets }: Summary): readonly Bar[] {
  const start = Math.floor(Date.parse(from) / 1000 / bucketSeconds) * bucketSeconds;
  const length = Math.max(1, Math.ceil((Date.parse(to) / 1000 - start) / bucketSeconds));
  const bars = Array.from({ length }, (_, at) => ({
    at: start + at * bucketSeconds,
    counts: { ...nothing },
  }));
  for (const bucket of buckets) {
    const bar = bars[Math.floor((Date.parse(bucket.at) / 1000 - start) / bucketSeconds)];
    if (bar !== undefined) bar.counts[kindOf(bucket)] += bucket.count;
  }
  return bars;
}

/** How often each in all. */
export function totalsOf(bars: readonly Bar[]): Bar['counts'] {
  const totals = { ...nothing };
  for (const { counts } of bars) for (const kind of outcomeKinds) totals[kind] += counts[kind];
  return totals;
}

/** Heights to draw from the back to the front: the whole bar first, then each without what lies above it. */
export function heightsOf(bars: readonly Bar[]): readonly (readonly number[])[] {
  return outcomeKinds
    .map((_, top) =>
      bars.map(({ counts }) => outcomeKinds.slice(0, top + 1).reduce((sum, kind) => sum + counts[kind], 0)),
    )
    .reverse();
}
