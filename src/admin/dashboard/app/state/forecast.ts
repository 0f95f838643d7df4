import { useEffect, useRef, useState } from 'preact/hooks';
import { foreseeChanges } from '../api/calls.ts';
import { foresee, type ForeseeCall } from '../api/foresee.ts';
import type { Forecast, ForecastChanges, Scope } from '../api/types.ts';

/** What came of a forecast up to now. */
export interface Foreseeing<Answer = unknown> {
  /** What is told before it, where there is more. */
  readonly answer?: Answer;
  /** Not whole while it has `countedFrom`. */
  readonly forecast?: Forecast;
  readonly error?: unknown;
  /** Nothing more comes. */
  readonly isDone?: true;
}

/** Somebody who types asks once, not at each key. */
const pauseMs = 300;

/** What a change would have changed. Once an answer is to an earlier question, or not shown any more, it is ended. */
export function useForeseen<Answer>(call: () => ForeseeCall, keys: readonly unknown[]): Foreseeing<Answer> {
  const [found, setFound] = useState<Foreseeing<Answer>>({});
  const pause = useRef(0);
  useEffect(() => {
    const ending = new AbortController();
    const add = (more: Foreseeing): void => {
      if (!ending.signal.aborted) setFound((before) => ({ ...before, ...(more as Foreseeing<Answer>) }));
    };
    setFound({});
    const timer = setTimeout(() => {
      foresee(call(), ending.signal, add).then(
        () => add({ isDone: true }),
        (error: unknown) => add({ error, isDone: true }),
      );
    }, pause.current);
    pause.current = pauseMs;
    return () => {
      ending.abort();
      clearTimeout(timer);
    };
  }, keys);
  return found;
}

/** What changes of a scope would have changed. */
export function useForecast(scope: Scope, changes: ForecastChanges): Foreseeing {
  return useForeseen(() => foreseeChanges(scope, changes), [scope, JSON.stringify(changes)]);
}
