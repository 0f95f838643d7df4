import t from 'tap';
import type { Test } from 'tap';
import { createLivePolicy } from '../../src/policy-store/live/live-policy.ts';
import type { RedisOptions } from '../../src/policy-store/options.ts';
import { createRedisStore } from '../../src/policy-store/redis/redis-store.ts';
import type { Draft, ScopeRecord } from '../../src/changes/change.ts';
import type { Receipt, Store } from '../../src/policy-store/store.ts';
import type { Scope } from '../../src/policy/reason.ts';
import { startRedis } from '../support/redis.ts';
import type { RedisServer } from '../support/redis.ts';
import { draft, memoryLog, range, until } from './drafts.ts';

const base = {
  prefix: 'gateway',
  snapshotDir: null,
  connectTimeoutMs: 2000,
  commandTimeoutMs: 2000,
  heartbeatMs: 200,
};

export const open = (redis: Partial<RedisOptions>) =>
  createRedisStore({
    redis: { ...base, ...redis },
    maxStalenessSeconds: () => 60,
    log: memoryLog(),
    now: Date.now,
  });

export async function server(options: Parameters<typeof startRedis>[0] = {}): Promise<RedisServer> {
  const started = await startRedis(options);
  t.teardown(() => started.stop());
  return started;
}

/** A change, seen by a second gateway, with a receipt of both. */
export async function works(t: Test, redis: Partial<RedisOptions>, name: string): Promise<void> {
  const gateways = [0, 1].map(() => {
    const store = open(redis);
    const live = createLivePolicy({ store, maxStalenessSeconds: () => 60, log: memoryLog(), now: Date.now });
    live.start();
    return { store, live };
  });
  const [first, second] = gateways;
  if (first === undefined || second === undefined) throw new Error('two gateways');
  await until(() => gateways.every(({ live }) => live.status().state === 'up'), `${name}: live`, 20_000);
  const before = await first.store.scope('bot:a');
  const more = { added: [range(before.revision + 1, before.revision)] };
  const receipt = await first.store.change(draft('bot:a', before.record.revision, more));
  t.match(receipt.live, { replicas: 2, of: 2 }, name);
  t.equal(second.live.position()?.changeId, receipt.change.changeId);
  for (const { live, store } of gateways) {
    live.close();
    await store.close();
  }
}

/** Makes a change as soon as the store takes one again. */
export async function changed(
  store: Store,
  make: (record: ScopeRecord) => Draft,
  scope: Scope,
): Promise<Receipt> {
  let made: Receipt | undefined;
  await untilAsync(async () => {
    made = await store
      .scope(scope)
      .then(({ record }) => store.change(make(record)))
      .catch(() => undefined);
    return made !== undefined;
  }, `a change of ${scope} after the failover`);
  if (made === undefined) throw new Error('no change');
  return made;
}

export async function untilAsync(holds: () => Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
