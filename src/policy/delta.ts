import { at, firstAbove } from './columns.ts';
import { EMPTY, NEVER, expiring } from './compiled.ts';
import type { CompactRange, Whitelist } from './compiled.ts';
import { compiling, finishing } from './compiling.ts';
import type { Compiling } from './compiling.ts';

/** Up to so many ids, searching the column for each is faster than looking every range up. */
const FEW = 16;

/** Positions of the ranges that go, in order; ids that the list does not have are left out. */
function* finding(list: Whitelist, ids: ReadonlySet<string>): Generator<undefined, number[]> {
  const { size, columns } = list;
  const lows = new Map<number, Set<number>>();
  for (const id of ids) {
    const high = Number.parseInt(id.slice(0, 8), 16);
    lows.set(high, (lows.get(high) ?? new Set()).add(Number.parseInt(id.slice(8), 16)));
  }
  const highs = columns.subarray(2 * size, 3 * size);
  const isGone = (i: number): boolean => lows.get(at(highs, i))?.has(at(columns, 3 * size + i)) === true;
  const found: number[] = [];
  if (ids.size > FEW) {
    for (let i = 0; i < size; i += 1) {
      if (i % 65_536 === 65_535) yield;
      if (isGone(i)) found.push(i);
    }
    return found;
  }
  for (const high of lows.keys()) {
    for (let i = highs.indexOf(high); i >= 0; i = highs.indexOf(high, i + 1)) if (isGone(i)) found.push(i);
  }
  return found.sort((a, b) => a - b);
}

/** What stays, as runs from–to (exclusive). */
function* keptRuns(size: number, gone: readonly number[]): Generator<readonly [number, number], void> {
  let from = 0;
  for (const position of gone) {
    if (position > from) yield [from, position];
    from = position + 1;
  }
  if (size > from) yield [from, size];
}

/** The kept runs of the old list and all of the new one, in order of start. */
function* merged(
  list: Whitelist,
  gone: readonly number[],
  added: Whitelist,
): Generator<readonly [Whitelist, number, number], void> {
  let next = 0;
  for (const [from, to] of keptRuns(list.size, gone)) {
    let done = from;
    while (done < to && next < added.size) {
      const stop = firstAbove(list.columns, at(added.columns, next), done, to);
      if (stop > done) yield [list, done, stop];
      done = stop;
      if (stop === to) break;
      const upTo = firstAbove(added.columns, at(list.columns, stop) - 1, next, added.size);
      yield [added, next, upTo];
      next = upTo;
    }
    if (done < to) yield [list, done, to];
  }
  if (next < added.size) yield [added, next, added.size];
}

/** Applies a change in pieces: runs that stay are copied, nothing is sorted again. */
export function* applyingDelta(
  list: Whitelist,
  removedIds: Iterable<string>,
  added: Iterable<CompactRange>,
): Compiling {
  const fresh = yield* compiling(added);
  const gone = yield* finding(list, new Set(removedIds));
  const pieces = [...merged(list, gone, fresh)];
  const size = pieces.reduce((sum, [, from, to]) => sum + to - from, 0);
  if (size === 0) return EMPTY;
  const expires = [list, fresh].some((one) => expiring(one));
  const width = expires ? 5 : 4;
  const columns = new Uint32Array(width * size);
  for (let n = 0; n < width; n += 1) {
    let place = n * size;
    for (const [source, from, to] of pieces) {
      const there = n < 4 || expiring(source);
      if (there) columns.set(source.columns.subarray(n * source.size + from, n * source.size + to), place);
      else columns.fill(NEVER, place, place + to - from);
      place += to - from;
    }
    if (size > 65_536) yield;
  }
  return yield* finishing(size, columns);
}
