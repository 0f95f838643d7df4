import { ordering } from '../policy/columns.ts';
import { quadValue } from '../policy/range.ts';
import type { RangeRecord } from './change.ts';

/** More than so many differences, and sorting anew is no dearer. */
const FEW = 256;
/** Ranges between two yields. */
const SLICE = 4_096;

/** By start, then end, then id: the order that admins see. Yields now and then, for callers that slice. */
export function* sorting(ranges: readonly RangeRecord[]): Generator<undefined, RangeRecord[]> {
  const starts = new Uint32Array(ranges.length);
  for (const [index, range] of ranges.entries()) {
    if (index % SLICE === 0) yield;
    starts[index] = quadValue(range.start);
  }
  const sorted: RangeRecord[] = [];
  for (const index of yield* ordering(starts)) {
    if (sorted.length % SLICE === 0) yield;
    const range = ranges[index];
    if (range !== undefined) settle(sorted, range);
  }
  return sorted;
}

/** Takes the next range by start: only those with the same one are compared. */
function settle(sorted: RangeRecord[], range: RangeRecord): void {
  let at = sorted.length;
  for (let before = sorted[at - 1]; before?.start === range.start && isBefore(range, before);) {
    at -= 1;
    before = sorted[at - 1];
  }
  if (at === sorted.length) sorted.push(range);
  else sorted.splice(at, 0, range);
}

export function sortRanges(ranges: Iterable<RangeRecord>): RangeRecord[] {
  const steps = sorting([...ranges]);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

/** A sorted list after a change of a few of its ranges; undefined where it is to be sorted anew. */
export function sortedAfter(
  sorted: readonly RangeRecord[],
  removed: readonly RangeRecord[],
  added: readonly RangeRecord[],
): readonly RangeRecord[] | undefined {
  if (removed.length + added.length > FEW) return undefined;
  const list = [...sorted];
  for (const range of removed) {
    const at = placeOf(list, range);
    if (list[at]?.id !== range.id) return undefined;
    list.splice(at, 1);
  }
  for (const range of added) list.splice(placeOf(list, range), 0, range);
  return list;
}

/** Where a range is, or belongs. */
function placeOf(sorted: readonly RangeRecord[], range: RangeRecord): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = sorted[middle];
    if (other !== undefined && isBefore(other, range)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isBefore(a: RangeRecord, b: RangeRecord): boolean {
  const starts = quadValue(a.start) - quadValue(b.start);
  if (starts !== 0) return starts < 0;
  const ends = quadValue(a.end) - quadValue(b.end);
  return ends === 0 ? a.id < b.id : ends < 0;
}
