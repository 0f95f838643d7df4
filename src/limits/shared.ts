import { performance } from 'node:perf_hooks';
import type { Cluster, Redis } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { createBoundedMap } from './bounded-map.ts';
import type { FailureLimit } from './failures.ts';

/** Counts for one gateway. */
export interface OwnLimiter {
  hit(key: string): boolean;
}

export interface SharedCountOptions {
  /** A client that fails at once while Redis is away, rather than queue. */
  readonly redis: Redis | Cluster;
  /** In front of every key, so that gateways of another installation count for themselves. */
  readonly prefix: string;
  readonly perMinute: number;
  /** Keys that are remembered as having had too many. */
  readonly maxKeys: number;
}

/** What all gateways on one Redis counted together, as far as Redis has said it yet. */
export interface SharedCount {
  /** Milliseconds until a key that has had too many may go on; 0: now. */
  blockedForMs(key: string): number;
  count(key: string): void;
}

/** Counts under way; beyond them a gateway counts alone: a Redis that hangs must not fill its memory. */
const AT_ONCE = 1000;

/**
 * A count that nobody waits for: Redis being slow or away holds no answer up, and takes no gateway's own limit away.
 * For that, each gateway may let one more through than the limit, before Redis has told it.
 */
export function createSharedCount({ redis, prefix, perMinute, maxKeys }: SharedCountOptions): SharedCount {
  const limiter = new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: prefix,
    points: perMinute,
    duration: 60,
    rejectIfRedisNotReady: true,
  });
  const blocked = createBoundedMap<number>(maxKeys);
  let asking = 0;
  const take = (key: string, result: unknown): void => {
    asking -= 1;
    if (!(result instanceof RateLimiterRes) || result.remainingPoints > 0) return; // anything else is Redis in trouble
    blocked.set(key, performance.now() + result.msBeforeNext);
  };
  return {
    blockedForMs: (key) => Math.max(0, (blocked.get(key) ?? 0) - performance.now()),
    count(key) {
      if (asking >= AT_ONCE) return;
      asking += 1;
      const taken = (result: unknown): void => take(key, result);
      void limiter.consume(key).then(taken, taken);
    },
  };
}

/** A limit that gateways share, on top of each one's own. */
export function createSharedLimiter(own: OwnLimiter, shared: SharedCount): OwnLimiter {
  return {
    hit(key) {
      if (shared.blockedForMs(key) > 0 || !own.hit(key)) return false;
      shared.count(key);
      return true;
    },
  };
}

/** The same for failures, which are counted after the answer is known. */
export function createSharedFailureLimit(own: FailureLimit, shared: SharedCount): FailureLimit {
  return {
    blockedForMs: (address) => Math.max(own.blockedForMs(address), shared.blockedForMs(address)),
    failed(address) {
      own.failed(address);
      shared.count(address);
    },
  };
}
