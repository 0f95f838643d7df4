/** What an experiment found: a figure and whether it is within its bound. */
export interface Finding {
  readonly figure: string;
  readonly ok: boolean;
}

/** One thing broken at a time, on real processes. */
export interface Experiment {
  readonly name: string;
  /** What the figure must keep. */
  readonly bound: string;
  /** Runs in the short form too. */
  readonly short?: true;
  run(undo: Undo): Promise<Finding>;
}

/** Takes what must be stopped when the experiment ends, however it ends; hands it back. */
export type Undo = <T>(resource: T, stop: (resource: T) => unknown) => T;

const limitMs = 900_000;

/** Runs one experiment, ends what it started, and says what came of it; never throws. */
export async function conduct(experiment: Experiment): Promise<Finding & { seconds: number }> {
  const stops: (() => unknown)[] = [];
  const undo: Undo = (resource, stop) => {
    stops.push(() => stop(resource));
    return resource;
  };
  const started = performance.now();
  const finding = await withinLimit(experiment.run(undo)).catch((error: unknown) => ({
    figure: `failed: ${error instanceof Error ? error.message : String(error)}`.slice(0, 400),
    ok: false,
  }));
  for (const stop of stops.reverse()) await Promise.resolve(stop()).catch(() => undefined);
  return { ...finding, seconds: (performance.now() - started) / 1000 };
}

async function withinLimit(run: Promise<Finding>): Promise<Finding> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${limitMs} ms`)), limitMs);
  });
  return Promise.race([run, late]).finally(() => clearTimeout(timer));
}
