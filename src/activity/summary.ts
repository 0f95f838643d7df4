import { dayMs, hourMs, type Index } from './database.ts';
import type { Mark } from './event.ts';
import { gapsIn, whereOf, type Filter } from './query.ts';

/** How many of each outcome fell into one stretch of time. */
export interface Bucket {
  /** Unix milliseconds of its beginning. */
  readonly atMs: number;
  readonly outcome: string;
  readonly enforced: boolean;
  readonly count: number;
}

export interface TopEntry {
  readonly name: string;
  readonly count: number;
  readonly lastMs: number;
}

export interface Summary {
  readonly bucketMs: number;
  readonly buckets: readonly Bucket[];
  readonly reasons: readonly { readonly reason: string; readonly outcome: string; readonly count: number }[];
  readonly bots: readonly { readonly bot: string; readonly count: number }[];
  readonly addresses: readonly TopEntry[];
  readonly subjects: readonly TopEntry[];
  readonly ranges: readonly TopEntry[];
  readonly gaps: readonly Mark[];
}

const topCount = 10;
/** What can be summed from hours: everything else is counted event by event. */
const coarse = new Set<keyof Filter>(['fromMs', 'toMs', 'bot', 'bots', 'outcome', 'reason', 'enforced']);

/** Sums over a stretch of time for plots: from the sums by hour where the question allows it, else from the events. */
export function summarize(
  index: Index,
  filter: Filter & { fromMs: number; toMs: number },
  buckets: number,
): Summary {
  const span = filter.toMs - filter.fromMs;
  const fine = Math.max(1000, Math.ceil(span / buckets / 1000) * 1000);
  const isCoarse = Object.keys(filter).every((name) => coarse.has(name as keyof Filter));
  const bucketMs = isCoarse && fine >= hourMs ? Math.ceil(fine / hourMs) * hourMs : fine;
  const source = isCoarse && bucketMs % hourMs === 0 ? hoursOf(filter) : eventsOf(filter);
  const all = <T>(sql: string, ...values: readonly (string | number)[]): readonly T[] =>
    index.prepare(sql).all(...values) as readonly T[];
  const start = Math.floor(filter.fromMs / bucketMs) * bucketMs;
  const series = all<Omit<Bucket, 'enforced'> & { enforced: number }>(
    `select (${source.time} - ?) / ? * ? + ? as atMs, outcome, enforced, sum(${source.count}) as count
     from ${source.from} where ${source.sql} group by 1, 2, 3 order by 1`,
    start,
    bucketMs,
    bucketMs,
    start,
    ...source.values,
  );
  const counted = (name: string): string =>
    `select ${name}, sum(${source.count}) as count from ${source.from} where ${source.sql}`;
  return {
    bucketMs,
    buckets: series.map((bucket) => ({ ...bucket, enforced: bucket.enforced === 1 })),
    reasons: all(`${counted('reason, outcome')} group by 1, 2 order by 3 desc`, ...source.values),
    bots: all(
      `${counted('bot')} and bot is not null and bot <> '' group by 1 order by 2 desc limit ${topCount}`,
      ...source.values,
    ),
    addresses: topOf(index, 'address', filter),
    subjects: topOf(index, 'subject', filter),
    ranges: topOf(index, 'range', filter),
    gaps: gapsIn(index, filter),
  };
}

interface Source {
  readonly from: string;
  readonly time: string;
  readonly count: string;
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

function eventsOf(filter: Filter): Source {
  const { sql, values } = whereOf(filter);
  return {
    from: 'events',
    time: '"atMs"',
    count: '1',
    sql,
    values: values.filter((value) => value !== null),
  };
}

function hoursOf({ fromMs = 0, toMs = 0, ...rest }: Filter): Source {
  const { sql, values } = whereOf(rest);
  return {
    from: 'hours',
    time: `hour * ${hourMs}`,
    count: 'count',
    sql: `hour >= ? and hour < ? and ${sql}`,
    values: [
      Math.floor(fromMs / hourMs),
      Math.ceil(toMs / hourMs),
      ...values.filter((value) => value !== null),
    ],
  };
}

/** Those with the most requests, by the sums of whole days. */
function topOf(
  index: Index,
  kind: string,
  { fromMs = 0, toMs = 0, bot, bots, outcome }: Filter,
): readonly TopEntry[] {
  const { sql, values } = whereOf({
    ...(bot !== undefined && { bot }),
    ...(bots !== undefined && { bots }),
    ...(outcome !== undefined && { outcome }),
  });
  return index
    .prepare(
      `select name, sum(count) as count, max(lastMs) as lastMs from days
       where kind = ? and day >= ? and day <= ? and ${sql} group by name order by 2 desc limit ${topCount}`,
    )
    .all(kind, Math.floor(fromMs / dayMs), Math.floor(toMs / dayMs), ...values) as readonly TopEntry[];
}

/** Of one address or person, or of every range: how often in some days, and when last. */
export interface Use {
  readonly name: string;
  readonly count: number;
  readonly lastMs: number;
}

/** When each range of a scope was last used, and how often since `fromMs`. Names are range ids. */
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
