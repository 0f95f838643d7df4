import { performance } from 'node:perf_hooks';
import type { StartOptions } from '../config/index.ts';
import type { HostileLimiter } from '../gateway/index.ts';
import { createBuckets } from '../limits/bucket.ts';
import { createFailureLimit, type FailureLimit } from '../limits/failures.ts';
import {
  createSharedCount,
  createSharedFailureLimit,
  createSharedLimiter,
  type OwnLimiter,
  type SharedCount,
} from '../limits/shared.ts';
import { connect } from '../policy-store/redis/connections.ts';
import { limitPrefix } from '../policy-store/redis/keys.ts';

/** Who is held up for what they sent before; counted together where gateways share a Redis. */
export interface Limits {
  /** Bearers that were refused; undefined: no limit. */
  readonly hostile: OwnLimiter | undefined;
  /** Tokens that cost a signature check and that no key verified; undefined: no limit. */
  readonly failedTokens: FailureLimit | undefined;
  readonly failures: FailureLimit;
  close(): void;
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }; // the store says it

/** The limits of one gateway. */
export function createLimits({ limits, store }: StartOptions): Limits {
  const { hostileTokensPerMinute, failedAdminLoginsPerMinute } = limits;
  const { redis } = store;
  const connections = redis && connect(redis, silent);
  const sharedBy = (name: string, perMinute: number, maxKeys: number): SharedCount | undefined =>
    redis &&
    connections &&
    createSharedCount({
      redis: connections.commands,
      prefix: limitPrefix(redis.prefix, name),
      perMinute,
      maxKeys,
    });
  const hostile = (): OwnLimiter | undefined => {
    if (hostileTokensPerMinute === 0) return undefined;
    const maxKeys = 50_000;
    const own = createBuckets({ perMinute: hostileTokensPerMinute, maxKeys, now: () => performance.now() });
    const shared = sharedBy('hostile', hostileTokensPerMinute, maxKeys);
    return shared ? createSharedLimiter(own, shared) : own;
  };
  const failedTokens = (): FailureLimit | undefined => {
    if (hostileTokensPerMinute === 0) return undefined;
    const maxKeys = 50_000;
    const own = createFailureLimit({ perMinute: hostileTokensPerMinute, maxKeys });
    const shared = sharedBy('tokens', hostileTokensPerMinute, maxKeys);
    return shared ? createSharedFailureLimit(own, shared) : own;
  };
  const failures = (): FailureLimit => {
    const maxKeys = 10_000;
    const own = createFailureLimit({ perMinute: failedAdminLoginsPerMinute, maxKeys });
    const shared =
      failedAdminLoginsPerMinute === 0 ? undefined : sharedBy('admin', failedAdminLoginsPerMinute, maxKeys);
    return shared ? createSharedFailureLimit(own, shared) : own;
  };
  return {
    ...{ hostile: hostile(), failedTokens: failedTokens(), failures: failures() },
    close: () => connections?.close(),
  };
}

/** Both counts of what nobody honest sends, as the door that visitors use asks them. */
export function hostileOf({ hostile, failedTokens }: Limits): HostileLimiter | undefined {
  if (hostile === undefined) return undefined;
  return {
    hit: (address) => hostile.hit(address),
    isBlocked: (address) => (failedTokens?.blockedForMs(address) ?? 0) > 0,
  };
}
