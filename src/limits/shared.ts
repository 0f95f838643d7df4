import type { Redis } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

/** Counts for one gateway; the answer is at hand. */
export interface OwnLimiter {
  hit(key: string): boolean;
}

export interface SharedLimiterOptions {
  /** A client that fails at once while Redis is away, rather than queue. */
  readonly redis: Redis;
  /** In front of every key, so that gateways of another installation count for themselves. */
  readonly prefix: string;
  readonly perMinute: number;
  /** Asked first, and alone while Redis is away. */
  readonly own: OwnLimiter;
  /** Redis is not waited for longer than this. */
  readonly waitMs: number;
}

/** A limit that all gateways on one Redis count together. Redis being away or slow never holds a visitor up. */
export function createSharedLimiter({ redis, prefix, perMinute, own, waitMs }: SharedLimiterOptions) {
  const shared = new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: prefix,
    points: perMinute,
    duration: 60,
  });
  const consume = async (key: string): Promise<boolean> => {
    try {
      await shared.consume(key);
      return true;
    } catch (error) {
      // A result is a refusal; anything else is Redis, and this gateway's own count has already said yes.
      return !(error instanceof RateLimiterRes);
    }
  };
  return {
    hit(key: string): boolean | Promise<boolean> {
      return own.hit(key) && withinTime(consume(key), waitMs);
    },
  };
}

function withinTime(answer: Promise<boolean>, waitMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), waitMs);
    void answer.then((allowed) => {
      clearTimeout(timer);
      resolve(allowed);
    });
  });
}
