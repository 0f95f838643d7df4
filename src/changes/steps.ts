/** Long work in steps: whoever runs it may let others on between two of them. */
export type Steps<T> = Generator<undefined, T>;

/** Things between two steps. */
const STEP = 64;

/** Does something with each of many things, in steps. */
export function* inSteps<T>(things: readonly T[], work: (thing: T, index: number) => void): Steps<void> {
  for (const [index, thing] of things.entries()) {
    if (index % STEP === 0) yield;
    work(thing, index);
  }
}
