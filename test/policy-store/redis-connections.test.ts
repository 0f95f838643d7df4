import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import t from 'tap';
import type { Test } from 'tap';
import { createLivePolicy } from '../../src/policy-store/live/live-policy.ts';
import type { RedisOptions } from '../../src/policy-store/options.ts';
import { redisUser } from '../../src/policy-store/redis/keys.ts';
import { createRedisStore } from '../../src/policy-store/redis/redis-store.ts';
import type { Draft, ScopeRecord } from '../../src/changes/change.ts';
import type { Receipt, Store } from '../../src/policy-store/store.ts';
import type { Scope } from '../../src/policy/reason.ts';
import { freePort, startRedis } from '../support/redis.ts';
import type { RedisServer } from '../support/redis.ts';
import { contract } from './contract.ts';
import { draft, memoryLog, range, toggle, until } from './drafts.ts';

const base = {
  prefix: 'gateway',
  snapshotDir: null,
  connectTimeoutMs: 2000,
  commandTimeoutMs: 2000,
  heartbeatMs: 200,
};

const open = (redis: Partial<RedisOptions>) =>
  createRedisStore({
    redis: { ...base, ...redis },
    maxStalenessSeconds: () => 60,
    log: memoryLog(),
    now: Date.now,
  });

async function server(options: Parameters<typeof startRedis>[0] = {}): Promise<RedisServer> {
  const started = await startRedis(options);
  t.teardown(() => started.stop());
  return started;
}

/** A change, seen by a second gateway, with a receipt of both. */
async function works(t: Test, redis: Partial<RedisOptions>, name: string): Promise<void> {
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

void t.test('contract, as a user with the rights that are documented and no other', async (t) => {
  const redis = await server();
  let site = 0;
  contract(t, async () => {
    site += 1;
    const name = `acl${String(site)}`;
    await redis.client.call('ACL', 'SETUSER', name, 'on', '>secret', ...redisUser(name).split(' '));
    const options = {
      url: redis.url.replace('//', '//ignored:wrong@'),
      username: name,
      password: 'secret',
      prefix: name,
    };
    return { open: () => Promise.resolve(open(options)) };
  });
  await redis.client.call('ACL', 'SETUSER', 'spy', 'on', '>secret', ...redisUser('spy').split(' '));
  const spy = new Redis(redis.url.replace('//', '//spy:secret@'));
  for (const [command, ...args] of [
    ['get', '{acl1}:head'],
    ['keys', '*'],
    ['flushall'],
    ['config', 'get', '*'],
  ]) {
    await t.rejects(spy.call(command ?? '', ...args), /NOPERM/, `${String(command)} is not the gateway's`);
  }
  spy.disconnect();
});

const tls = (name: string): string => fileURLToPath(new URL(`./tls/${name}`, import.meta.url));

void t.test('rediss: the certificate must come from the given authority', async (t) => {
  const ca = readFileSync(tls('ca.pem'), 'utf8');
  const port = await freePort();
  const files = `tls-cert-file ${tls('server.pem')}\ntls-key-file ${tls('server.key')}\ntls-ca-cert-file ${tls('ca.pem')}`;
  const plain = await server({
    config: `tls-port ${String(port)}\n${files}\ntls-auth-clients no\nrequirepass pw`,
  });
  const url = `rediss://127.0.0.1:${String(port)}/2`;
  await works(t, { url, ca, password: 'pw' }, 'TLS, a password and another database');
  const stranger = open({ url, password: 'pw' });
  await until(() => /certificate/.test(stranger.status().detail), 'an unknown authority is refused');
  t.equal(stranger.status().state, 'down');
  await stranger.close();
  const wrong = open({ url: plain.url, password: 'wrong' });
  await until(() => wrong.status().detail.includes('WRONGPASS'), 'a wrong password is named');
  await wrong.close();
});

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

/** Makes a change as soon as the store takes one again. */
async function changed(store: Store, make: (record: ScopeRecord) => Draft, scope: Scope): Promise<Receipt> {
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

async function untilAsync(holds: () => Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
