import { dayMs, hourMs, type Index } from './database.ts';
import type { ColumnValue, Gap } from './event.ts';
import { gapsIn, whereOf, type Filter } from './query.ts';

/** How many of each outcome fell into one stretch of time. */
export interface Bucket {
  /** Unix milliseconds of its beginning. */
  readonly atMs: number;
  readonly outcome: string;
  readonly reason: string;
  readonly enforced: boolean;
  readonly count: number;
}

export interface TopEntry {
  readonly name: string;
  readonly count: number;
  readonly refused: number;
  /** Unix milliseconds. */
  readonly lastMs: number;
}

export interface Summary {
  readonly bucketMs: number;
  readonly buckets: readonly Bucket[];
  readonly bots: readonly TopEntry[];
  readonly addresses: readonly TopEntry[];
  readonly subjects: readonly TopEntry[];
  readonly ranges: readonly TopEntry[];
  readonly gaps: readonly Gap[];
}

const topCount = 10;
/** What can be summed from hours: everything else is counted event by event. */
const coarse = new Set<keyof Filter>(['fromMs', 'toMs', 'bot', 'outcome', 'reason', 'enforced']);

type Span = Filter & { readonly fromMs: number; readonly toMs: number };

/** Sums over a stretch of time for plots: from the sums by hour where the question allows it, else from the events. */
export function summarize(index: Index, filter: Span, buckets: number): Summary {
  const all = <T>(sql: string, ...values: readonly ColumnValue[]): readonly T[] =>
    index.prepare(sql).all(...values) as readonly T[];
  const fine = Math.max(1000, Math.ceil((filter.toMs - filter.fromMs) / buckets / 1000) * 1000);
  const isCoarse = fine >= hourMs && Object.keys(filter).every((name) => coarse.has(name as keyof Filter));
  const bucketMs = isCoarse ? Math.ceil(fine / hourMs) * hourMs : fine;
  const { from, time, count, sql, values } = isCoarse ? hoursOf(filter) : eventsOf(filter);
  const start = Math.floor(filter.fromMs / bucketMs) * bucketMs;
  const grouped = all<Omit<Bucket, 'enforced'> & { enforced: number; reason: string }>(
    `select (${time} - ?) / ? * ? + ? as atMs, outcome, enforced, reason, sum(${count}) as count
     from ${from} where ${sql} group by 1, 2, 3, 4 order by 1`,
    ...[start, bucketMs, bucketMs, start, ...values],
  );
  return {
    bucketMs,
    buckets: grouped.map(({ reason, enforced, ...bucket }) => ({
      ...bucket,
      reason,
      enforced: enforced === 1,
    })),
    bots: topOf(all, 'bot', filter),
    addresses: topOf(all, 'address', filter),
    subjects: topOf(all, 'subject', filter),
    ranges: topOf(all, 'range', filter),
    gaps: gapsIn(index, filter),
  };
}

interface Source {
  readonly from: string;
  readonly time: string;
  readonly count: string;
  readonly sql: string;
  readonly values: readonly ColumnValue[];
}

function eventsOf(filter: Filter): Source {
  return { from: 'events', time: '"atMs"', count: '1', ...whereOf(filter) };
}

function hoursOf({ fromMs, toMs, bot = '', ...rest }: Span): Source {
  const { sql, values } = whereOf(rest);
  return {
    from: 'hours',
    time: `hour * ${hourMs}`,
    count: 'count',
    sql: `bot = ? and hour >= ? and hour < ? and ${sql}`,
    values: [bot, Math.floor(fromMs / hourMs), Math.ceil(toMs / hourMs), ...values],
  };
}

type All = <T>(sql: string, ...values: readonly ColumnValue[]) => readonly T[];

const nameOf = {
  bot: 'bot',
  address: '"clientIp"',
  subject: 'subject',
  range: `scope || '/' || "rangeId"`,
} as const;

/** Those with the most requests: by the sums of whole days where nothing but time is asked, else by the events. */
function topOf(all: All, kind: keyof typeof nameOf, filter: Span): readonly TopEntry[] {
  const { fromMs, toMs, ...narrowed } = filter;
  if (Object.keys(narrowed).length === 0)
    return all(
      `select name, sum(count) as count, sum(refused) as refused, max(lastMs) as lastMs from days
       where kind = ? and day >= ? and day <= ? group by name order by 2 desc limit ${topCount}`,
      ...[kind, Math.floor(fromMs / dayMs), Math.floor(toMs / dayMs)],
    );
  const { sql, values } = whereOf(filter);
  const name = nameOf[kind];
  return all(
    `select ${name} as name, count(*) as count, sum(outcome <> 'forward') as refused, max("atMs") as lastMs
     from events where ${sql} and ${name} is not null group by 1 order by 2 desc limit ${topCount}`,
    ...values,
  );
}

/** Of one range: how often in some days, and when last. */
export interface Use {
  /** The range's id. */
  readonly name: string;
  readonly count: number;
  readonly lastMs: number;
}

/** When each range of a scope was last used, and how often since `fromMs`. */
export function rangeUse(index: Index, scope: string, fromMs: number): readonly Use[] {
  const start = `${scope}/`;
  return index
    .prepare(
      `select substr(name, ${start.length + 1}) as name, sum(case when day >= ? then count else 0 end) as count,
              max(lastMs) as lastMs from days
       where kind = 'range' and name >= ? and name < ? group by name`,
    )
    .all(Math.floor(fromMs / dayMs), start, `${start}\uffff`) as readonly Use[];
}
