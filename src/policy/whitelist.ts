import type { CompactRange, Whitelist } from './compiled.ts';
import { compiling } from './compiling.ts';
import type { Compiling } from './compiling.ts';
import { applyingDelta } from './delta.ts';

export { EMPTY, NEVER, findPosition, findRange, isRangeId, rangeIdAt, rangesOf } from './compiled.ts';
export type { CompactRange, Whitelist } from './compiled.ts';
export { compiling, finishing } from './compiling.ts';
export type { Compiling } from './compiling.ts';
export { applyingDelta } from './delta.ts';

/** Does all of the work at once. */
export function finish(work: Compiling): Whitelist {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/** Compiles at once. */
export function compile(ranges: Iterable<CompactRange>): Whitelist {
  return finish(compiling(ranges));
}

/** Applies a change at once: ids that go (unknown ones are ignored), then ranges that come. */
export function applyDelta(
  list: Whitelist,
  removedIds: Iterable<string>,
  added: Iterable<CompactRange>,
): Whitelist {
  return finish(applyingDelta(list, removedIds, added));
}
