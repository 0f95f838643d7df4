import t from 'tap';
import { createLivePolicy } from '../../src/policy-store/live/live-policy.ts';
import { memoryLog, toggle, until } from './drafts.ts';
import { changed, open, works } from './connection-scene.ts';
import { withCluster, withSentinel } from './failover-scene.ts';

void t.test('Sentinel: a failover is followed, and nothing that a replica had is lost', async (t) => {
  const { redis, fail } = await withSentinel();
  await works(t, redis, 'through the sentinel');
  const store = open(redis);
  const live = createLivePolicy({ store, maxStalenessSeconds: () => 60, log: memoryLog(), now: Date.now });
  live.start();
  await until(() => live.status().state === 'up', 'live');
  let acknowledged: number | undefined;
  for (let n = 0; acknowledged !== 1 && n < 50; n += 1) {
    const { record } = await store.scope('bot:s');
    ({ acknowledged } = await store.change(toggle('bot:s', record.revision, true)));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  t.equal(acknowledged, 1, 'the receipt says that the replica has it');
  const { revision } = live.status();
  await fail();
  await until(() => live.status().state === 'up' && store.status().state === 'up', 'it serves on', 20_000);
  const after = await changed(
    store,
    ({ revision: at }) => toggle('bot:s', at, false, { idempotencyKey: 's' }),
    'bot:s',
  );
  t.equal(after.change.revision, revision + 1, 'and goes on from there');
  await until(() => live.position()?.changeId === after.change.changeId, 'and it is served', 20_000);
  t.equal(live.status().lastAlarm, undefined, 'no alarm of the history');
  live.close();
  await store.close();
});

void t.test('Cluster: one slot, wherever it is, and a failover of its node', async (t) => {
  const { redis, primary, fail } = await withCluster();
  await works(t, redis, 'through another node');
  const store = open(redis);
  const live = createLivePolicy({ store, maxStalenessSeconds: () => 60, log: memoryLog(), now: Date.now });
  live.start();
  await until(() => live.status().state === 'up', 'live');
  await primary.client.set('{gateway}:last', 'write'); // WAIT asks for what this connection wrote
  t.equal(await primary.client.wait(1, 10_000), 1, 'the copy has every write');
  await fail();
  const { change } = await changed(store, () => toggle('bot:c', 0, true, { idempotencyKey: 'c' }), 'bot:c');
  await until(() => live.position()?.changeId === change.changeId, 'and it is served', 20_000);
  t.equal(live.status().lastAlarm, undefined, 'no alarm of the history');
  live.close();
  await store.close();
});
