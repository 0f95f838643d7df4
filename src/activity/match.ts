import { packAddress } from './address.ts';
import { rowsWhere } from './column.ts';
import type { ActivityEvent, Cell } from './event.ts';
import {
  comparePlaces,
  placeIn,
  type Place,
  type Segment,
  type SegmentColumn,
  type Span,
} from './segment.ts';
import { termsAsked } from './terms.ts';

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

/** A filter that says from when to when. */
export type TimedFilter = Filter & Required<Pick<Filter, 'fromMs' | 'toMs'>>;

/** One part of a filter, about one column. */
interface Condition {
  readonly column: SegmentColumn;
  /** Exactly this, or what passes. */
  readonly wanted: Cell | ((cell: Cell) => boolean);
}

/** A filter, read once for all segments. */
export interface Match {
  /** False where no row of the segment can be asked for; little is read to know. */
  may(segment: Segment): boolean;
  /** Which rows are, newest first; at most `most` of them, and older than `before`. */
  rows(segment: Segment, most?: number, before?: Place): readonly number[];
}

const always = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };

/** The time that a filter asks about, both ends inclusive. */
export function askedSpan({ fromMs = always.fromMs, toMs = always.toMs }: Filter): Span {
  return { fromMs, toMs: toMs - 1 };
}

/** Before every event of its millisecond. */
function beginning(atMs: number): Place {
  return { atMs, replica: '', seq: -1 };
}

export function matchOf(filter: Filter): Match {
  const conditions = conditionsOf(filter);
  const terms = termsAsked(filter);
  const { fromMs = always.fromMs, toMs = always.toMs } = filter;
  const [first, last] = [beginning(fromMs), beginning(toMs)];
  return {
    may: (segment) => terms.every(segment.mayHold),
    rows(segment, most = segment.count, before = last) {
      const end = rowsBefore(segment, comparePlaces(before, last) < 0 ? before : last);
      const start = rowsBefore(segment, first);
      const enough = conditions.length === 0 ? most : segment.count;
      let rows: number[] = [];
      for (let row = end - 1; row >= start && rows.length < enough; row--) rows.push(row);
      for (const { column: name, wanted } of conditions) {
        if (rows.length === 0) break;
        const column = segment.column(name);
        const passes =
          typeof wanted === 'function'
            ? (place: number) => wanted(column.value(place))
            : column.equals(wanted);
        const holds = rowsWhere(column, segment.count, passes);
        rows = holds === undefined ? [] : rows.filter(holds);
      }
      return rows.slice(0, most);
    },
  };
}

/** Whether one event is asked for, as it comes: the same as of events that are found again. */
export function matchesEvent(filter: Filter): (event: ActivityEvent) => boolean {
  const conditions = conditionsOf(filter);
  const { fromMs = always.fromMs, toMs = always.toMs } = filter;
  const holds = (event: ActivityEvent, { column, wanted }: Condition): boolean => {
    if (column === 'replica' || column === 'seq') return false;
    const value = event[column] ?? null;
    const cell = typeof value === 'boolean' ? Number(value) : value;
    const packed = column === 'clientIp' ? packAddress(cell) : cell;
    return typeof wanted === 'function' ? wanted(packed) : packed === wanted;
  };
  return (event) =>
    event.atMs >= fromMs && event.atMs < toMs && conditions.every((condition) => holds(event, condition));
}

/** How many rows lie before a place. */
function rowsBefore(segment: Segment, place: Place): number {
  if (place.atMs > segment.toMs) return segment.count;
  let [low, high] = [0, place.atMs < segment.fromMs ? 0 : segment.count];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (comparePlaces(placeIn(segment, middle), place) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Those of few values first: their columns are small, and what they leave out need not be looked at again. */
const coarse = ['outcome', 'reason', 'bot', 'scope', 'rangeId', 'revision'] as const;
const fine = ['subject', 'contact', 'conversation'] as const;

function conditionsOf(filter: Filter): readonly Condition[] {
  const { enforced, bots, address, between, requestId } = filter;
  const found: Condition[] = [];
  const equal = (column: SegmentColumn, wanted: Cell): void => void found.push({ column, wanted });
  for (const name of coarse) if (filter[name] !== undefined) equal(name, filter[name]);
  if (enforced !== undefined) equal('enforced', Number(enforced));
  if (bots !== undefined) {
    const owned = new Set<Cell>(bots);
    found.push({ column: 'bot', wanted: (cell) => owned.has(cell) });
  }
  if (address !== undefined) equal('clientIp', packAddress(address));
  if (between !== undefined) {
    const [from, to] = between;
    const wanted = (cell: Cell): boolean => typeof cell === 'number' && cell >= from && cell <= to;
    found.push({ column: 'clientIp', wanted });
  }
  for (const name of fine) if (filter[name] !== undefined) equal(name, filter[name]);
  if (requestId !== undefined) {
    const wanted = (cell: Cell): boolean => typeof cell === 'string' && cell.startsWith(requestId);
    found.push({ column: 'requestId', wanted });
  }
  return found;
}
