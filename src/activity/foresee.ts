import type { Draft, Forecast } from './forecast.ts';
import type { createForecasts } from './forecasts.ts';
import type { VisitFilter } from './visits.ts';

/** Asks the forecasts of an index, wherever they are made. */
type Forecasts = ReturnType<typeof createForecasts>;
type Ask = {
  readonly [Name in keyof Forecasts]: (
    asked: Parameters<Forecasts[Name]>[0],
  ) => Promise<ReturnType<Forecasts[Name]>>;
};

/** How a forecast is told. */
export interface Foreseen {
  /** Also what was found up to then, soon and now and then: it costs some time. */
  readonly inParts?: boolean;
  /** True once nobody wants to know any more. */
  readonly isLeft?: () => boolean;
}

/** Makes forecasts, the last of each whole. Throws where the index cannot be read. */
export type Foresee = (filter: VisitFilter, draft: Draft, how?: Foreseen) => AsyncGenerator<Forecast, void>;

/** Each may hold a good part of what the thread has of memory; more wait until one is done. */
const mostAtOnce = 4;
const firstMs = 100;
/** Or ten times what it took to tell. */
const everyMs = 500;

/** Only one step is asked for at a time, whatever goes on: who else asks waits for no more than that. */
export function createForesee(ask: Ask): Foresee {
  const [places, turns] = [createLine(mostAtOnce), createLine(1)];
  return async function* foresee(filter, draft, { inParts = false, isLeft = () => false } = {}) {
    await places.enter();
    try {
      if (isLeft()) return;
      const id = await ask.begin({ filter, draft });
      try {
        yield* partsOf((isTold) => turns.pass(() => ask.goOn({ id, isTold })), inParts, isLeft);
      } finally {
        await ask.end({ id }).catch(() => undefined);
      }
    } finally {
      places.leave();
    }
  };
}

/** What was told last; undefined where nothing was. */
export async function lastOf<T>(told: AsyncIterable<T>): Promise<T | undefined> {
  let last: T | undefined;
  for await (const one of told) last = one;
  return last;
}

async function* partsOf(
  goOn: (isTold: boolean) => ReturnType<Ask['goOn']>,
  inParts: boolean,
  isLeft: () => boolean,
): AsyncGenerator<Forecast, void> {
  let tellMs = performance.now() + firstMs;
  while (!isLeft()) {
    const sinceMs = performance.now();
    const { isDone, forecast } = await goOn(inParts && sinceMs >= tellMs);
    const tookMs = performance.now() - sinceMs;
    if (forecast !== undefined) yield forecast;
    if (isDone) return;
    if (forecast !== undefined) tellMs = performance.now() + Math.max(everyMs, 10 * tookMs);
  }
}

/** So many at once; others wait until one leaves, who came first first. */
function createLine(most: number) {
  const waiting: (() => void)[] = [];
  let inside = 0;
  const enter = async (): Promise<void> => {
    if (inside < most) inside += 1;
    else await new Promise<void>((next) => waiting.push(next));
  };
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) inside -= 1;
    else next();
  };
  return {
    ...{ enter, leave },
    async pass<T>(run: () => Promise<T>): Promise<T> {
      await enter();
      try {
        return await run();
      } finally {
        leave();
      }
    },
  };
}
