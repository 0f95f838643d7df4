/** Between a death and the next try; doubled with each death that follows soon. */
const pauseMs = { first: 500, most: 30_000 };
/** A death so long after the last one begins a new count: what ran for that long had started well. */
const steadyMs = 60_000;
/** So many deaths, each soon after the one before, are waited for. */
const mostDeaths = 8;

/** How often one worker is started again, and after which pause. `now` is of a clock that does not go back. */
export function createPatience(now: () => number) {
  let deaths = 0;
  let lastMs = -Infinity;
  return {
    /** How long to wait before the next try; undefined: it will not get better by itself. */
    died(): number | undefined {
      if (now() - lastMs > steadyMs) deaths = 0;
      lastMs = now();
      deaths += 1;
      return deaths > mostDeaths ? undefined : Math.min(pauseMs.first * 2 ** (deaths - 1), pauseMs.most);
    },
  };
}
