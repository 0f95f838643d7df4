import { at, firstAbove } from './columns.ts';

/** A range as the compiled form holds it: inclusive unsigned 32-bit ends. */
export interface CompactRange {
  /** 16 hex digits, lower case. */
  readonly id: string;
  readonly start: number;
  readonly end: number;
  /** Unix seconds from which it no longer counts; `NEVER` where it does not expire. */
  readonly until: number;
}

export const NEVER = 0xffffffff;

/**
 * A scope's compiled ranges: what the hot path reads. Nobody writes to its arrays once it is made.
 *
 * 16 bytes a range, 20 where some range expires, 12 more for each segment where some overlap, and one for
 * the index of a long list.
 */
export interface Whitelist {
  /** How many ranges it was made of. */
  readonly size: number;
  /** Columns start, end, id (high half), id (low half) and, where one expires, until: `size` long, by start. */
  readonly columns: Uint32Array;
  /** Where ranges overlap: disjoint pieces as columns start, end, position of the range that counts longest. */
  readonly segments: Uint32Array | undefined;
  /** For long lists: the first piece that starts at or after each value of an address's leading bits. */
  readonly index: Uint32Array | undefined;
}

export const EMPTY: Whitelist = {
  size: 0,
  columns: new Uint32Array(0),
  segments: undefined,
  index: undefined,
};

/** True for what names a range: the compiled form keeps it as 64 bits. */
export function isRangeId(text: string): boolean {
  return /^[0-9a-f]{16}$/.test(text);
}

/** Character codes of the eight hex digits of `value` from the left: a table costs a third of `toString(16)`. */
const digits = new Uint32Array([...'0123456789abcdef'].map((digit) => digit.charCodeAt(0)));

function hex(v: number): string {
  const one = (shift: number): number => at(digits, (v >>> shift) & 15);
  return String.fromCharCode(one(28), one(24), one(20), one(16), one(12), one(8), one(4), one(0));
}

/** The id of the range at a position. */
export function rangeIdAt({ size, columns }: Whitelist, position: number): string {
  return hex(at(columns, 2 * size + position)) + hex(at(columns, 3 * size + position));
}

/** True where some range of the list expires: only then is there a column for it. */
export function expiring({ size, columns }: Whitelist): boolean {
  return size > 0 && columns.length === 5 * size;
}

function untilAt(list: Whitelist, position: number): number {
  return expiring(list) ? at(list.columns, 4 * list.size + position) : NEVER;
}

/** The ranges that a list was made of, by start. */
export function* rangesOf(list: Whitelist): Generator<CompactRange, void> {
  for (let i = 0; i < list.size; i += 1) {
    const [start, end] = [at(list.columns, i), at(list.columns, list.size + i)];
    yield { id: rangeIdAt(list, i), start, end, until: untilAt(list, i) };
  }
}

/** Position of the range that lets an address in at a time, or -1. */
export function findPosition(list: Whitelist, ip: number, nowMs: number): number {
  const { size, columns, segments, index } = list;
  const starts = segments ?? columns;
  const count = segments === undefined ? size : segments.length / 3;
  let low = 0;
  let high = count;
  if (index !== undefined) {
    const leading = ip >>> (Math.clz32(index.length - 1) + 1);
    low = at(index, leading);
    high = at(index, leading + 1);
  }
  const found = firstAbove(starts, ip, low, high) - 1;
  if (found < 0 || ip > at(starts, count + found)) return -1;
  const position = segments === undefined ? found : at(segments, 2 * count + found);
  if (columns.length !== 5 * size) return position;
  const until = at(columns, 4 * size + position);
  return until === NEVER || nowMs < until * 1000 ? position : -1;
}

/** Id of the range that lets an address in at a time. */
export function findRange(list: Whitelist, ip: number, nowMs: number): string | undefined {
  const position = findPosition(list, ip, nowMs);
  return position < 0 ? undefined : rangeIdAt(list, position);
}
