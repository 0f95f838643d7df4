import t from 'tap';
import { createRedisStore } from '../../src/policy-store/redis-store.ts';
import type { RedisOptions } from '../../src/policy-store/options.ts';
import type { Store } from '../../src/policy-store/store.ts';
import { startRedis } from '../support/redis.ts';
import { contract } from './contract.ts';
import { memoryLog } from './drafts.ts';

const base = { snapshotDir: null, connectTimeoutMs: 2000, commandTimeoutMs: 2000, heartbeatMs: 200 };

function open(redis: Partial<RedisOptions>): Promise<Store> {
  const options = { ...base, prefix: 'gateway', ...redis };
  return Promise.resolve(
    createRedisStore({ redis: options, maxStalenessSeconds: 60, log: memoryLog(), now: Date.now }),
  );
}

const redis = await startRedis();
t.teardown(() => redis.stop());

void t.test('contract', (t) => {
  let site = 0;
  contract(t, () => {
    site += 1;
    const prefix = `site${String(site)}`;
    return Promise.resolve({ open: () => open({ url: redis.url, prefix }) });
  });
  t.end();
});
