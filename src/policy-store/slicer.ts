import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';

/** Work may hold the event loop for so long at a time. */
const SLICE_MS = 4;

/** Does long work piece by piece, letting the event loop run in between. */
export function createSlicer() {
  let since = performance.now();

  /** Lets the event loop run now: before and after what cannot be done in pieces. */
  const rest = (): Promise<void> =>
    setImmediate().then(() => {
      since = performance.now();
    });

  /** Lets the event loop run if it is time; undefined where it is not. */
  const pause = (): Promise<void> | undefined => (performance.now() - since < SLICE_MS ? undefined : rest());

  return {
    pause,
    rest,
    /** Work on its own begins a new slice; without it the time since the last pause counts. */
    begin: (): void => {
      since = performance.now();
    },
    async run<T>(work: Generator<undefined, T>): Promise<T> {
      for (;;) {
        const step = work.next();
        if (step.done === true) return step.value;
        await pause();
      }
    },
  };
}

export type Slicer = ReturnType<typeof createSlicer>;
