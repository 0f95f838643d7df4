import { unpackAddress } from './address.ts';
import type { Decisions } from './decisions.ts';
import { askedSpan, matchOf, type TimedFilter } from './match.ts';
import type { Segment } from './segment.ts';
import { createTop, type Top } from './top.ts';

/** How many of each outcome fell into one stretch of time. */
export interface Bucket {
  /** Unix milliseconds of its beginning. */
  readonly atMs: number;
  readonly outcome: string;
  readonly reason: string;
  readonly enforced: boolean;
  readonly count: number;
}

export interface Tops {
  readonly bots: Top;
  readonly addresses: Top;
  readonly subjects: Top;
  readonly ranges: Top;
}

export interface Scanned {
  readonly buckets: readonly Bucket[];
  readonly tops: Tops;
  readonly sampled: number;
}

/** Of more segments only every so manieth is read: the answer comes in a bounded time, and is an estimate. */
const mostScanned = 40;

/** Counts the events that a filter asks for one by one; buckets only where they are `wanted`. */
export function scan(decisions: Decisions, filter: TimedFilter, bucketMs: number, wanted: boolean): Scanned {
  const match = matchOf(filter);
  const segments = decisions.segments(askedSpan(filter)).filter(match.may);
  const sampled = Math.max(1, Math.ceil(segments.length / mostScanned));
  const tops = {
    bots: createTop(String, sampled),
    addresses: createTop((name) => String(unpackAddress(name)), sampled),
    subjects: createTop(String, sampled),
    ranges: createTop(String, sampled),
  };
  const start = Math.floor(filter.fromMs / bucketMs) * bucketMs;
  const buckets = createBuckets((atMs) => Math.floor((atMs - start) / bucketMs) * bucketMs + start);
  segments.forEach((segment, at) => {
    if (at % sampled !== 0) return;
    const rows = match.rows(segment);
    if (rows.length === 0) return;
    addTops(tops, segment, rows);
    if (wanted) buckets.add(segment, rows);
  });
  return { buckets: buckets.all(sampled), tops, sampled };
}

function addTops(tops: Tops, segment: Segment, rows: readonly number[]): void {
  const times = segment.column('atMs');
  const outcome = segment.column('outcome');
  const isForward = outcome.equals('forward');
  const refused = Uint8Array.from(rows, (row) => (isForward(outcome.place(row)) ? 0 : 1));
  const add = (top: Top, name: 'bot' | 'clientIp' | 'subject'): void => {
    const { size, place, value } = segment.column(name);
    // Counted by place first: a name costs many times as much, and most come more than once.
    const counts = new Uint32Array(size);
    const refusals = new Uint32Array(size);
    const last = new Uint32Array(size);
    rows.forEach((row, at) => {
      const of = place(row);
      counts[of] = (counts[of] ?? 0) + 1;
      refusals[of] = (refusals[of] ?? 0) + (refused[at] ?? 0);
      last[of] = Math.max(last[of] ?? 0, row);
    });
    counts.forEach((count, of) => {
      if (count > 0) top.add(value(of), count, refusals[of] ?? 0, Number(times.cell(last[of] ?? 0)));
    });
  };
  add(tops.bots, 'bot');
  add(tops.addresses, 'clientIp');
  add(tops.subjects, 'subject');
  const [scope, range] = [segment.column('scope'), segment.column('rangeId')];
  rows.forEach((row, at) => {
    const id = range.cell(row);
    if (id === null) return;
    const name = `${String(scope.cell(row) ?? '')}/${String(id)}`;
    tops.ranges.add(name, 1, refused[at] ?? 0, Number(times.cell(row)));
  });
}

function createBuckets(beginningOf: (atMs: number) => number) {
  const buckets = new Map<string, Bucket & { count: number }>();
  return {
    add(segment: Segment, rows: readonly number[]): void {
      const [times, outcomes] = [segment.column('atMs'), segment.column('outcome')];
      const [reasons, enforcing] = [segment.column('reason'), segment.column('enforced')];
      for (const row of rows) {
        const atMs = beginningOf(Number(times.cell(row)));
        const [outcome, reason] = [String(outcomes.cell(row)), String(reasons.cell(row))];
        const enforced = enforcing.cell(row) === 1;
        const key = `${atMs}\n${outcome}\n${reason}\n${enforced}`;
        const bucket = buckets.get(key);
        if (bucket === undefined) buckets.set(key, { atMs, outcome, reason, enforced, count: 1 });
        else bucket.count += 1;
      }
    },
    all: (times: number): readonly Bucket[] =>
      [...buckets.values()]
        .map((bucket) => ({ ...bucket, count: bucket.count * times }))
        .sort((a, b) => a.atMs - b.atMs),
  };
}
