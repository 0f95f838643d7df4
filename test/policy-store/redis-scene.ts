import t from 'tap';
import { createLivePolicy } from '../../src/policy-store/live/live-policy.ts';
import type { LivePolicy } from '../../src/policy-store/live/live-policy.ts';
import type { RedisOptions } from '../../src/policy-store/options.ts';
import { createRedisStore } from '../../src/policy-store/redis/redis-store.ts';
import { StoreError } from '../../src/policy-store/store.ts';
import type { Store } from '../../src/policy-store/store.ts';
import { findRange } from '../../src/policy/whitelist.ts';
import { startRedis } from '../support/redis.ts';
import type { RedisServer } from '../support/redis.ts';
import { memoryLog, until } from './drafts.ts';

const base = { snapshotDir: null, connectTimeoutMs: 1000, commandTimeoutMs: 1000, heartbeatMs: 200 };

export function open(redis: Partial<RedisOptions>, maxStalenessSeconds = 60, now = Date.now): Store {
  const options = { ...base, prefix: 'gateway', ...redis };
  return createRedisStore({
    redis: options,
    maxStalenessSeconds: () => maxStalenessSeconds,
    log: memoryLog(),
    now,
  });
}

export interface Gateway {
  readonly store: Store;
  readonly live: LivePolicy;
  /** The range of bot:a that lets an address in, or why nothing is known. */
  readonly finds: (ip: number) => string | undefined;
  readonly close: () => Promise<void>;
}

/** A gateway as far as the policy goes. */
export function gateway(redis: Partial<RedisOptions>, maxStalenessSeconds = 60): Gateway {
  const store = open(redis, maxStalenessSeconds);
  const live = createLivePolicy({
    store,
    maxStalenessSeconds: () => maxStalenessSeconds,
    log: memoryLog(),
    now: Date.now,
  });
  live.start();
  return {
    store,
    live,
    finds(ip) {
      const view = live.view(Date.now());
      if (!view.known) return view.why;
      const scope = view.policy.scopes.get('bot:a');
      return scope?.enabled === true ? findRange(scope.whitelist, ip, Date.now()) : undefined;
    },
    async close() {
      live.close();
      await store.close();
    },
  };
}

export const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof StoreError ? error.code : String(error)),
  );
export const loaded = (one: Gateway): Promise<void> =>
  until(() => one.live.status().state === 'up', 'a live policy', 20_000);
export const own = async (): Promise<RedisServer> => {
  const server = await startRedis();
  t.teardown(() => server.stop());
  return server;
};

export const redis = await own();
