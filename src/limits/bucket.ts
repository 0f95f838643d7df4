import { createBoundedMap } from './bounded-map.ts';

export interface BucketOptions {
  /** Let through at once, and refilled evenly over a minute. */
  readonly perMinute: number;
  readonly maxKeys: number;
  /** Milliseconds from a clock that does not go back. */
  readonly now: () => number;
}

/** A token bucket for each key. */
export function createBuckets({ perMinute, maxKeys, now }: BucketOptions) {
  const buckets = createBoundedMap<{ left: number; atMs: number }>(maxKeys);
  return {
    /** Takes one; false where none is left. */
    hit(key: string): boolean {
      const atMs = now();
      const bucket = buckets.get(key) ?? { left: perMinute, atMs };
      const left = Math.min(perMinute, bucket.left + ((atMs - bucket.atMs) * perMinute) / 60_000);
      const allowed = left >= 1;
      buckets.set(key, { left: allowed ? left - 1 : left, atMs });
      return allowed;
    },
  };
}
