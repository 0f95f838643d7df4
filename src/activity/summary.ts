import { dayMs, hourMs } from './database.ts';
import type { Decisions } from './decisions.ts';
import type { Gap } from './event.ts';
import type { Filter, TimedFilter } from './match.ts';
import { gapsIn } from './query.ts';
import { recordedSince } from './since.ts';
import { scan, type Bucket, type Tops } from './scan.ts';
import { sumUp, type DaySum, type HourSum } from './sums.ts';
import { createTop, type TopEntry } from './top.ts';

export interface Summary {
  readonly bucketMs: number;
  readonly buckets: readonly Bucket[];
  readonly bots: readonly TopEntry[];
  readonly addresses: readonly TopEntry[];
  readonly subjects: readonly TopEntry[];
  readonly ranges: readonly TopEntry[];
  /** What was counted event by event was counted of one in so many: 1 is exact, beyond it is estimated. */
  readonly sampled: number;
  /** Unix milliseconds from which on there is a record, at the earliest that of the question. */
  readonly sinceMs: number;
  readonly gaps: readonly Gap[];
}

/** What can be summed from hours: everything else is counted event by event. */
const coarse = new Set<keyof Filter>(['fromMs', 'toMs', 'bot', 'bots', 'outcome', 'reason', 'enforced']);

/** Sums over a stretch of time for plots: from the sums by hour and day where the question allows it, else from events. */
export function summarize(decisions: Decisions, filter: TimedFilter, buckets: number): Summary {
  const { fromMs, toMs, ...narrowed } = filter;
  const fine = Math.max(1000, Math.ceil((toMs - fromMs) / buckets / 1000) * 1000);
  const isCoarse = fine >= hourMs && Object.keys(filter).every((name) => coarse.has(name as keyof Filter));
  const bucketMs = isCoarse ? Math.ceil(fine / hourMs) * hourMs : fine;
  const isWhole = Object.keys(narrowed).length === 0;
  const scanned = scan(decisions, filter, bucketMs, !isCoarse);
  const days = (kind: DaySum['kind']): readonly TopEntry[] => topDays(decisions, kind, fromMs, toMs);
  return {
    bucketMs,
    buckets: isCoarse ? bucketsOf(hoursOf(decisions, filter), filter, bucketMs) : scanned.buckets,
    ...topsOf(scanned.tops),
    ...(isWhole && { bots: days('bot'), ranges: days('range') }),
    sampled: scanned.sampled,
    sinceMs: recordedSince(decisions.index, filter),
    gaps: gapsIn(decisions.index, filter),
  };
}

function topsOf({ bots, addresses, subjects, ranges }: Tops): Pick<Summary, keyof Tops> {
  return {
    bots: bots.most(),
    addresses: addresses.most(),
    subjects: subjects.most(),
    ranges: ranges.most(),
  };
}

/** The sums by hour that the filter asks for, of segments and of what is in none yet. */
function hoursOf(decisions: Decisions, { fromMs, toMs, ...filter }: TimedFilter): readonly HourSum[] {
  const wanted = bots(filter);
  const span = [Math.floor(fromMs / hourMs), Math.ceil(toMs / hourMs)] as const;
  const select = decisions.index.prepare(
    `select bot, hour, outcome, reason, enforced, count from hours where bot = ? and hour >= ? and hour < ?`,
  );
  const kept = [...wanted].flatMap((bot) => select.all(bot, ...span) as readonly HourSum[]);
  const { hours } = sumUp(decisions.tailRows());
  const newest = hours.filter(({ bot, hour }) => wanted.has(bot) && hour >= span[0] && hour < span[1]);
  return [...kept, ...newest].filter(
    ({ outcome, reason, enforced }) =>
      (filter.outcome ?? outcome) === outcome &&
      (filter.reason ?? reason) === reason &&
      Number(filter.enforced ?? enforced) === enforced,
  );
}

/** Whose sums are asked for: those of all bots have no name. */
function bots({ bot, bots: owned }: Filter): ReadonlySet<string> {
  if (owned === undefined) return new Set([bot ?? '']);
  return new Set(owned.filter((name) => name !== '' && (bot ?? name) === name));
}

function bucketsOf(hours: readonly HourSum[], { fromMs }: TimedFilter, bucketMs: number): readonly Bucket[] {
  const start = Math.floor(fromMs / bucketMs) * bucketMs;
  const buckets = new Map<string, Bucket & { count: number }>();
  for (const { hour, outcome, reason, enforced, count } of hours) {
    const atMs = Math.floor((hour * hourMs - start) / bucketMs) * bucketMs + start;
    const key = `${atMs}\n${outcome}\n${reason}\n${enforced}`;
    const bucket = buckets.get(key);
    if (bucket === undefined) buckets.set(key, { atMs, outcome, reason, enforced: enforced === 1, count });
    else bucket.count += count;
  }
  return [...buckets.values()].sort((a, b) => a.atMs - b.atMs);
}

/** Those of a kind with the most requests, by the sums of whole days. */
function topDays(
  decisions: Decisions,
  kind: DaySum['kind'],
  fromMs: number,
  toMs: number,
): readonly TopEntry[] {
  const top = createTop();
  for (const sum of daysOf(decisions, { kind, fromMs, toMs }))
    top.add(sum.name, sum.count, sum.refused, sum.lastMs);
  return top.most();
}

interface DaysAsked {
  readonly kind: DaySum['kind'];
  readonly fromMs: number;
  readonly toMs: number;
  /** What names begin with. */
  readonly start?: string;
}

/** The sums by day of each name. */
function daysOf(decisions: Decisions, { kind, fromMs, toMs, start = '' }: DaysAsked): readonly TopEntry[] {
  const span = [Math.floor(fromMs / dayMs), Math.floor(toMs / dayMs)] as const;
  const kept = decisions.index
    .prepare(
      `select name, sum(count) as count, sum(refused) as refused, max(lastMs) as lastMs from days
       where kind = ? and day between ? and ? and name >= ? and name < ? group by name`,
    )
    .all(kind, ...span, start, `${start}\uffff`) as readonly TopEntry[];
  const { days } = sumUp(decisions.tailRows());
  const newest = days.filter(
    ({ kind: of, day, name }) => of === kind && day >= span[0] && day <= span[1] && name.startsWith(start),
  );
  return [...kept, ...newest];
}

/** Of one range: how often in some days, and when last. */
export interface Use {
  /** The range's id. */
  readonly name: string;
  readonly count: number;
  readonly lastMs: number;
}

/** When each range of a scope was last used, and how often since the day of `fromMs`. */
export function rangeUse(decisions: Decisions, scope: string, fromMs: number): readonly Use[] {
  const start = `${scope}/`;
  const uses = createTop();
  const midnight = Math.floor(fromMs / dayMs) * dayMs;
  for (const { name, lastMs } of daysOf(decisions, { kind: 'range', fromMs: 0, toMs: midnight - 1, start }))
    uses.add(name, 0, 0, lastMs);
  const toMs = Number.MAX_SAFE_INTEGER;
  for (const { name, count, lastMs } of daysOf(decisions, { kind: 'range', fromMs: midnight, toMs, start }))
    uses.add(name, count, 0, lastMs);
  return uses
    .all()
    .map(({ name, count, lastMs }) => ({ name: name.slice(start.length), count, lastMs }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
