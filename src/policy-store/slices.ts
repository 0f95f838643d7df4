import { createSlicer } from './slicer.ts';

/** Steps between two looks at the clock. */
const STEPS = 64;

/** Does something with each of many things without holding up requests for more than a few milliseconds. */
export async function eachInSlices<T>(
  things: readonly T[],
  step: (thing: T, index: number) => void,
): Promise<void> {
  const slicer = createSlicer();
  for (const [index, thing] of things.entries()) {
    if (index % STEPS === 0) await slicer.pause();
    step(thing, index);
  }
}
