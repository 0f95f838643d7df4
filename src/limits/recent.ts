import { createBoundedMap } from './bounded-map.ts';

export interface RecentOptions {
  /** How often within the window. */
  readonly times: number;
  readonly windowMs: number;
  readonly maxKeys: number;
}

/** Lets a key through `times` times within any window of `windowMs`; refused ones do not count. */
export function createRecent({ times, windowMs, maxKeys }: RecentOptions) {
  const keys = createBoundedMap<readonly number[]>(maxKeys);
  return {
    /** `nowMs` from a clock that does not go back. */
    allow(key: string, nowMs: number): boolean {
      const recent = (keys.get(key) ?? []).filter((at) => nowMs - at < windowMs);
      if (recent.length >= times) return false;
      keys.set(key, [...recent, nowMs]);
      return true;
    },
  };
}
