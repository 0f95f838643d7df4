import { ID_START, type Index } from './database.ts';
import { eventColumns, fromRow, type ColumnValue, type Gap, type StoredEvent } from './event.ts';

/** What is asked for; every part narrows. */
export interface Filter {
  /** Unix milliseconds, inclusive and exclusive. */
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly bot?: string;
  /** Only these: what an owner may see. */
  readonly bots?: readonly string[];
  readonly outcome?: string;
  readonly reason?: string;
  readonly enforced?: boolean;
  readonly subject?: string;
  readonly contact?: string;
  readonly conversation?: string;
  readonly scope?: string;
  readonly rangeId?: string;
  readonly revision?: number;
  /** An address exactly as it was written down. */
  readonly address?: string;
  /** IPv4 addresses from one to another, inclusive, as numbers. */
  readonly between?: readonly [number, number];
  /** A request id, or the beginning of one. */
  readonly requestId?: string;
}

/** Where a page ended: the next one begins after it. The same on every gateway, since no index's own number is in it. */
export interface Cursor {
  readonly atMs: number;
  readonly replica: string;
  readonly seq: number;
}

export interface EventPage {
  /** Newest first. */
  readonly events: readonly StoredEvent[];
  readonly next?: Cursor;
  /** What the record lacks in the time that was asked for. */
  readonly gaps: readonly Gap[];
}

interface Where {
  readonly sql: string;
  readonly values: readonly ColumnValue[];
}

/** The filter as a condition of SQL; values never stand in its text. */
export function whereOf(filter: Filter, cursor?: Cursor): Where {
  const parts: string[] = [];
  const values: ColumnValue[] = [];
  const add = (sql: string, ...more: readonly ColumnValue[]): void => {
    parts.push(sql);
    values.push(...more);
  };
  if (filter.fromMs !== undefined) add('"atMs" >= ?', filter.fromMs);
  if (filter.toMs !== undefined) add('"atMs" < ?', filter.toMs);
  for (const name of equal) {
    const value = filter[name];
    if (value !== undefined) add(`"${name}" = ?`, typeof value === 'boolean' ? Number(value) : value);
  }
  if (filter.bots !== undefined)
    add(filter.bots.length === 0 ? '0' : `bot in (${filter.bots.map(() => '?').join(', ')})`, ...filter.bots);
  if (filter.address !== undefined) add('"clientIp" = ?', filter.address);
  if (filter.between !== undefined) add('ip between ? and ?', ...filter.between);
  if (filter.requestId !== undefined) {
    const [from, to] = prefix(filter.requestId);
    // The index holds the beginnings only.
    add(
      `substr("requestId", 1, ${ID_START}) between ? and ?`,
      from.slice(0, ID_START),
      to.slice(0, ID_START),
    );
    add('"requestId" >= ? and "requestId" < ?', from, to);
  }
  if (cursor !== undefined)
    add('("atMs", replica, seq) < (?, ?, ?)', cursor.atMs, cursor.replica, cursor.seq);
  return { sql: parts.length === 0 ? '1' : parts.join(' and '), values };
}

const equal = [
  'bot',
  'outcome',
  'reason',
  'enforced',
  'subject',
  'contact',
  'conversation',
  'scope',
  'rangeId',
  'revision',
] as const satisfies readonly (keyof Filter)[];

/** Texts that begin with `start` lie from it to here; U+FFFF comes after every character of a request id. */
function prefix(start: string): readonly [string, string] {
  return [start, `${start}\uffff`];
}

const columns = `replica, seq, ${eventColumns.map((name) => `"${name}"`).join(', ')}`;

/** A page of events, newest first. */
export function queryEvents(index: Index, filter: Filter, limit: number, cursor?: Cursor): EventPage {
  const { sql, values } = whereOf(filter, cursor);
  const rows = index
    .prepare(
      `select ${columns} from events where ${sql} order by "atMs" desc, replica desc, seq desc limit ?`,
    )
    .all(...values, limit + 1)
    .map((row) => toStored(row as Readonly<Record<string, ColumnValue>>));
  const events = rows.slice(0, limit);
  const last = events.at(-1);
  const more = rows.length > limit && last !== undefined;
  return {
    events,
    ...(more && { next: { atMs: last.atMs, replica: last.replica, seq: last.seq } }),
    gaps: gapsIn(index, filter),
  };
}

function toStored(row: Readonly<Record<string, ColumnValue>>): StoredEvent {
  const event = fromRow(eventColumns.map((name) => row[name] ?? null));
  return { ...event, replica: String(row['replica']), seq: Number(row['seq']) };
}

/** Losses and deletions that touch the time that was asked for, oldest first; at most a hundred. */
export function gapsIn(index: Index, { fromMs = 0, toMs = Number.MAX_SAFE_INTEGER }: Filter): readonly Gap[] {
  return index
    .prepare(
      `select kind, fromMs, toMs, count, replica from marks
       where kind in ('lost', 'pruned') and toMs >= ? and fromMs < ? order by fromMs limit 100`,
    )
    .all(fromMs, toMs) as readonly Gap[];
}
