import type { Decisions } from './decisions.ts';
import { beginForecast, type Draft, type Forecast, type Forecasting } from './forecast.ts';
import type { VisitFilter } from './visits.ts';

/** Different requests whose answers are remembered, by all forecasts together: bounded, whoever fills the record. */
const mostRemembered = 500_000;

/** How long whoever else asks the index may have to wait for a forecast. */
const stepMs = 20;

/** A forecast went on; `forecast` where it was asked for, or nothing is left. */
export interface Step {
  readonly isDone: boolean;
  readonly forecast?: Forecast;
}

interface Open extends Forecasting {
  remembered: number;
}

/** Forecasts under way on the index: each goes on by a step of some milliseconds when it is told to. */
export function createForecasts(decisions: Decisions, forMs = stepMs) {
  const open = new Map<number, Open>();
  let [lastId, left] = [0, mostRemembered];
  return {
    begin({ filter, draft }: { readonly filter: VisitFilter; readonly draft: Draft }): number {
      const id = ++lastId;
      const mayRemember = (): boolean => {
        const going = open.get(id);
        if (left <= 0 || going === undefined) return false;
        left -= 1;
        going.remembered += 1;
        return true;
      };
      open.set(id, { ...beginForecast(decisions, filter, draft, mayRemember), remembered: 0 });
      return id;
    },
    /** Throws where it was ended. */
    goOn({ id, isTold }: { readonly id: number; readonly isTold: boolean }): Step {
      const going = open.get(id);
      if (going === undefined) throw new Error('there is no such forecast');
      const sinceMs = performance.now();
      let isDone = false;
      // To tell takes as long as a step.
      if (!isTold)
        do isDone = !going.goOn();
        while (!isDone && performance.now() - sinceMs < forMs);
      return { isDone, ...((isTold || isDone) && { forecast: going.found() }) };
    },
    end({ id }: { readonly id: number }): void {
      left += open.get(id)?.remembered ?? 0;
      open.delete(id);
    },
  };
}
