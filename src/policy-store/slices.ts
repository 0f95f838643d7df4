import { setImmediate as nextTurn } from 'node:timers/promises';

/** Steps between two looks at the event loop: a few milliseconds of the dearest work done here. */
const SLICE = 400;

/** Does something with each of many things without holding up requests for more than a few milliseconds. */
export async function eachInSlices<T>(
  things: readonly T[],
  step: (thing: T, index: number) => void,
): Promise<void> {
  for (const [index, thing] of things.entries()) {
    if (index > 0 && index % SLICE === 0) await nextTurn();
    step(thing, index);
  }
}
