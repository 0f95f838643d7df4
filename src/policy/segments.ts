import { at } from './columns.ts';

/** Sorted ranges as parallel columns. */
export interface Sorted {
  readonly count: number;
  readonly start: Uint32Array;
  readonly end: Uint32Array;
  /** Unix seconds from which one no longer counts. */
  readonly until: Uint32Array;
}

/** True where some range begins before an earlier one has ended. */
export function overlaps({ count, start, end }: Sorted): boolean {
  for (let i = 1; i < count; i += 1) if (at(start, i) <= at(end, i - 1)) return true;
  return false;
}

/** A binary heap of range positions: the one that counts longest is on top. */
function createHeap({ until, count }: Sorted) {
  const items = new Uint32Array(count);
  let size = 0;
  const before = (a: number, b: number): boolean =>
    at(until, a) > at(until, b) || (at(until, a) === at(until, b) && a < b);
  const push = (item: number): void => {
    let hole = size;
    size += 1;
    while (hole > 0) {
      const parent = (hole - 1) >>> 1;
      if (!before(item, at(items, parent))) break;
      items[hole] = at(items, parent);
      hole = parent;
    }
    items[hole] = item;
  };
  const pop = (): void => {
    size -= 1;
    const item = at(items, size);
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= size) break;
      if (child + 1 < size && before(at(items, child + 1), at(items, child))) child += 1;
      if (!before(at(items, child), item)) break;
      items[hole] = at(items, child);
      hole = child;
    }
    if (size > 0) items[hole] = item;
  };
  return { push, pop, top: (): number => (size === 0 ? -1 : at(items, 0)) };
}

/**
 * Cuts overlapping ranges into disjoint segments, each pointing at the covering range that counts longest:
 * so a segment grants exactly as long as any of its ranges does.
 *
 * Returns three columns in one array: start, end, range position. Yields now and then, for callers that slice.
 */
export function* segmenting(ranges: Sorted): Generator<undefined, Uint32Array> {
  const { count, start, end } = ranges;
  const room = 2 * count;
  const found = new Uint32Array(3 * room);
  const heap = createHeap(ranges);
  let next = 0;
  let made = 0;
  let position = 0;
  for (let step = 1; ; step += 1) {
    if (step % 8192 === 0) yield;
    while (heap.top() >= 0 && at(end, heap.top()) < position) heap.pop();
    if (heap.top() < 0) {
      if (next === count) break;
      position = at(start, next);
    }
    for (; next < count && at(start, next) === position; next += 1) heap.push(next);
    const top = heap.top();
    const last = next < count ? Math.min(at(end, top), at(start, next) - 1) : at(end, top);
    const joins =
      made > 0 && at(found, 2 * room + made - 1) === top && at(found, room + made - 1) === position - 1;
    if (!joins) {
      found[made] = position;
      found[2 * room + made] = top;
      made += 1;
    }
    found[room + made - 1] = last;
    position = last + 1;
  }
  const segments = new Uint32Array(3 * made);
  for (let column = 0; column < 3; column += 1) {
    segments.set(found.subarray(column * room, column * room + made), column * made);
  }
  return segments;
}
