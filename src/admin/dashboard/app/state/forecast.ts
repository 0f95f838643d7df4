import { useEffect, useState } from 'preact/hooks';
import { getForecast } from '../api/calls.ts';
import type { Forecast, ForecastChanges, Scope } from '../api/types.ts';

export interface Foreseeing {
  readonly forecast?: Forecast;
  readonly error?: unknown;
}

/** Somebody who types asks once, not at each key. */
const pauseMs = 300;

/** What a change would have changed; an answer about an earlier draft is dropped. */
export function useForecast(scope: Scope, changes: ForecastChanges): Foreseeing {
  const [found, setFound] = useState<Foreseeing>({});
  const draft = JSON.stringify(changes);
  useEffect(() => {
    let isAsked = true;
    const keep = (next: Foreseeing): void => (isAsked ? setFound(next) : undefined);
    setFound({});
    const timer = setTimeout(() => {
      getForecast(scope, JSON.parse(draft) as ForecastChanges).then(
        (forecast) => keep({ forecast }),
        (error: unknown) => keep({ error }),
      );
    }, pauseMs);
    return () => {
      isAsked = false;
      clearTimeout(timer);
    };
  }, [scope, draft]);
  return found;
}
