import t from 'tap';
import { createLivePolicy } from '../../src/policy-store/live/live-policy.ts';
import type { RedisServer } from '../support/redis.ts';
import { memoryLog, toggle, until } from './drafts.ts';
import { changed, open, server, untilAsync, works } from './connection-scene.ts';

void t.test('Sentinel: a failover is followed, and nothing that a replica had is lost', async (t) => {
  const primary = await server();
  const replica = await server({ config: `replicaof 127.0.0.1 ${String(primary.port)}` });
  const watch = [
    `sentinel monitor site 127.0.0.1 ${String(primary.port)} 1`,
    'sentinel down-after-milliseconds site 500',
    'sentinel failover-timeout site 4000',
  ];
  const sentinel = await server({ config: watch.join('\n'), args: ['--sentinel'] });
  const info = async (): Promise<string> => primary.client.info('replication');
  await untilAsync(async () => (await info()).includes('state=online'), 'the replica follows');
  await untilAsync(
    async () => (await sentinel.client.info('sentinel')).includes('slaves=1'),
    'the sentinel knows it',
  );
  const redis = { sentinel: { name: 'site', hosts: [`127.0.0.1:${String(sentinel.port)}`] } };
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
  await primary.kill();
  await untilAsync(
    async () => (await replica.client.info('replication')).includes('role:master'),
    'the failover',
  );
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
  const config = 'cluster-enabled yes\ncluster-node-timeout 1000\ncluster-replica-validity-factor 0';
  const nodes = await Promise.all([0, 1, 2, 3].map(() => server({ config })));
  const [first, , last, spare] = nodes as [RedisServer, RedisServer, RedisServer, RedisServer];
  for (const [n, [from, to]] of [
    [0, 5460],
    [5461, 10_922],
    [10_923, 16_383],
  ].entries()) {
    await nodes[n]?.client.call('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to));
  }
  for (const { port } of nodes) await first.client.call('CLUSTER', 'MEET', '127.0.0.1', String(port));
  const has = async (node: RedisServer, text: string): Promise<boolean> =>
    String(await node.client.call('CLUSTER', 'INFO')).includes(text);
  for (const node of nodes)
    await untilAsync(() => has(node, 'cluster_known_nodes:4'), 'the nodes know each other');
  const slot = Number(await first.client.call('CLUSTER', 'KEYSLOT', '{gateway}:head'));
  const owner = nodes[Math.min(2, Math.floor(slot / 5461))] ?? last;
  await spare.client.call('CLUSTER', 'REPLICATE', String(await owner.client.call('CLUSTER', 'MYID')));
  for (const node of nodes) await untilAsync(() => has(node, 'cluster_state:ok'), 'the cluster is whole');
  const other = nodes.find((node) => node !== owner && node !== spare) ?? first;
  const redis = { cluster: { hosts: [`127.0.0.1:${String(other.port)}`] } };
  await works(t, redis, 'through another node');
  await untilAsync(async () => (await owner.client.info('replication')).includes('state=online'), 'the copy');
  const store = open(redis);
  const live = createLivePolicy({ store, maxStalenessSeconds: () => 60, log: memoryLog(), now: Date.now });
  live.start();
  await until(() => live.status().state === 'up', 'live');
  await owner.client.set('{gateway}:last', 'write'); // WAIT asks for what this connection wrote
  t.equal(await owner.client.wait(1, 10_000), 1, 'the copy has every write');
  await owner.kill();
  await untilAsync(
    async () => (await spare.client.info('replication')).includes('role:master'),
    'the failover',
  );
  const { change } = await changed(store, () => toggle('bot:c', 0, true, { idempotencyKey: 'c' }), 'bot:c');
  await until(() => live.position()?.changeId === change.changeId, 'and it is served', 20_000);
  t.equal(live.status().lastAlarm, undefined, 'no alarm of the history');
  live.close();
  await store.close();
});
