import { at, ordering } from './columns.ts';
import { EMPTY, NEVER } from './compiled.ts';
import type { CompactRange, Whitelist } from './compiled.ts';
import { overlaps, segmenting } from './segments.ts';

/** A whitelist in the making; `next()` does a few milliseconds of it. */
export type Compiling = Generator<undefined, Whitelist>;

const INDEX_FROM = 1024;

/** Leading bits of addresses to pieces; four pieces an entry, so that it costs a byte a range. */
function indexOf(starts: Uint32Array, count: number): Uint32Array | undefined {
  if (count < INDEX_FROM) return undefined;
  const bits = Math.min(16, 29 - Math.clz32(count));
  const index = new Uint32Array(2 ** bits + 1).fill(count);
  let entry = 0;
  for (let i = 0; i < count; i += 1) {
    const leading = at(starts, i) >>> (32 - bits);
    for (; entry <= leading; entry += 1) index[entry] = i;
  }
  return index;
}

/** The compiled form of columns that are sorted by start. */
export function* finishing(size: number, columns: Uint32Array): Compiling {
  const column = (n: number): Uint32Array => columns.subarray(n * size, (n + 1) * size);
  const until = columns.length === 5 * size ? column(4) : new Uint32Array(size).fill(NEVER);
  const sorted = { count: size, start: column(0), end: column(1), until };
  if (!overlaps(sorted)) return { size, columns, segments: undefined, index: indexOf(columns, size) };
  yield;
  const segments = yield* segmenting(sorted);
  return { size, columns, segments, index: indexOf(segments, segments.length / 3) };
}

/** Puts columns of any order, five each, into the compiled form. */
function* arranging(size: number, raw: Uint32Array, room: number, expires: boolean): Compiling {
  const width = expires ? 5 : 4;
  const starts = raw.subarray(0, size);
  let sorted = true;
  for (let i = 1; sorted && i < size; i += 1) sorted = at(starts, i) >= at(starts, i - 1);
  const order = sorted ? undefined : yield* ordering(starts);
  const columns = new Uint32Array(width * size);
  for (let n = 0; n < width; n += 1) {
    const from = raw.subarray(n * room, n * room + size);
    if (order === undefined) columns.set(from, n * size);
    else for (let i = 0; i < size; i += 1) columns[n * size + i] = at(from, at(order, i));
    if (size > 65_536) yield;
  }
  return yield* finishing(size, columns);
}

function grow(raw: Uint32Array, room: number): Uint32Array {
  const grown = new Uint32Array(raw.length * 2);
  for (let n = 0; n < 5; n += 1) grown.set(raw.subarray(n * room, (n + 1) * room), n * room * 2);
  return grown;
}

/** Compiles in pieces, so that a long list does not hold up the event loop. */
export function* compiling(ranges: Iterable<CompactRange>): Compiling {
  let room = 16;
  let raw: Uint32Array = new Uint32Array(5 * room);
  let size = 0;
  let expires = false;
  for (const range of ranges) {
    if (size === room) {
      raw = grow(raw, room);
      room *= 2;
    }
    raw[size] = range.start;
    raw[room + size] = range.end;
    raw[2 * room + size] = Number.parseInt(range.id.slice(0, 8), 16);
    raw[3 * room + size] = Number.parseInt(range.id.slice(8), 16);
    raw[4 * room + size] = range.until;
    expires ||= range.until !== NEVER;
    size += 1;
    if (size % 1024 === 0) yield;
  }
  return size === 0 ? EMPTY : yield* arranging(size, raw, room, expires);
}
