import { setImmediate as nextTurn } from 'node:timers/promises';
import { quadValue } from '../policy/range.ts';
import { parseRangeLine } from '../policy/range-text.ts';
import type { RangeRecord } from '../changes/change.ts';

export const DEFAULT_LIMIT = 1_000;

export interface ListPage<T> {
  readonly items: readonly T[];
  /** Where the next page starts; absent on the last. */
  readonly next?: string;
}

/** Ranges looked at between two looks at the event loop. */
const SLICE = 5_000;

/** A place in a sorted list that stays one when ranges before or at it come and go. */
interface Place {
  readonly start: number;
  readonly end: number;
  readonly id: string;
}

const CURSOR = /^([0-9.]{7,15})-([0-9.]{7,15})-([0-9a-f]{1,32})$/;

/** Reads a cursor; undefined where it is none. */
export function readPlace(cursor: string): Place | undefined {
  const [, start, end, id] = CURSOR.exec(cursor) ?? [];
  if (start === undefined || end === undefined || id === undefined) return undefined;
  return { start: quadValue(start), end: quadValue(end), id };
}

function isAfter(range: RangeRecord, place: Place): boolean {
  const start = quadValue(range.start);
  if (start !== place.start) return start > place.start;
  const end = quadValue(range.end);
  return end === place.end ? range.id > place.id : end > place.end;
}

/** The first range after a place, by bisection. */
function firstAfter(ranges: readonly RangeRecord[], place: Place | undefined): number {
  if (place === undefined) return 0;
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const range = ranges[middle];
    if (range !== undefined && isAfter(range, place)) high = middle;
    else low = middle + 1;
  }
  return low;
}

type Matches = (range: RangeRecord) => boolean;

/** What a search means: an address finds the ranges that hold it, a network what it overlaps, a text the rest. */
export function matcher(q: string): Matches {
  const line = parseRangeLine(q);
  const wanted = line.ok ? line.range : undefined;
  if (wanted !== undefined) {
    return (range) => quadValue(range.start) <= wanted.endValue && quadValue(range.end) >= wanted.startValue;
  }
  const text = q.trim().toLowerCase();
  return (range) =>
    range.start.startsWith(text) ||
    range.end.startsWith(text) ||
    range.id.startsWith(text) ||
    range.note?.toLowerCase().includes(text) === true ||
    range.purpose?.toLowerCase().includes(text) === true;
}

/** One page of a list that is sorted by start, end and id. */
export async function pageOfRanges(
  ranges: readonly RangeRecord[],
  query: { readonly matches: Matches; readonly place: Place | undefined; readonly limit: number },
): Promise<ListPage<RangeRecord>> {
  const { matches } = query;
  const items: RangeRecord[] = [];
  for (let at = firstAfter(ranges, query.place), seen = 1; at < ranges.length; at += 1, seen += 1) {
    if (seen % SLICE === 0) await nextTurn();
    const range = ranges[at];
    if (range === undefined || !matches(range)) continue;
    const last = items.at(-1);
    if (items.length === query.limit && last !== undefined) {
      return { items, next: `${last.start}-${last.end}-${last.id}` };
    }
    items.push(range);
  }
  return { items };
}

/** One page of a list by the ids of its ranges: all have the same length, so that their order is that of numbers. */
export async function pageById(
  ranges: readonly RangeRecord[],
  query: { readonly matches: Matches; readonly after: string | undefined; readonly limit: number },
): Promise<ListPage<RangeRecord>> {
  const { matches, after = '', limit } = query;
  // The first of them only, and one that tells of a next page: to sort a long list would hold everybody up.
  const items: RangeRecord[] = [];
  let seen = 0;
  for (const range of ranges) {
    if (++seen % SLICE === 0) await nextTurn();
    if (range.id <= after || !matches(range)) continue;
    if (items.length > limit && range.id > (items[limit]?.id ?? '')) continue;
    items.splice(items.findLastIndex(({ id }) => id < range.id) + 1, 0, range);
    items.length = Math.min(items.length, limit + 1);
  }
  const page = items.slice(0, limit);
  const last = page.at(-1);
  return { items: page, ...(items.length > limit && last !== undefined && { next: last.id }) };
}

/** One page of things that are sorted by a key, after the one that the cursor names. */
export function pageByKey<T>(
  sorted: readonly T[],
  keyOf: (item: T) => string,
  query: { readonly after: string | undefined; readonly limit: number },
): ListPage<T> {
  const { after, limit } = query;
  const rest = after === undefined ? sorted : sorted.filter((item) => isLater(keyOf(item), after));
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return { items, ...(rest.length > limit && last !== undefined ? { next: keyOf(last) } : {}) };
}

/** `platform` first, then by code unit: the same on every machine. */
export function isLater(a: string, b: string): boolean {
  if (a === 'platform' || b === 'platform') return a !== 'platform' && b === 'platform';
  return a > b;
}
