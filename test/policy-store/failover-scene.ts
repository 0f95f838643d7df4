import type { RedisOptions } from '../../src/policy-store/options.ts';
import type { RedisServer } from '../support/redis.ts';
import { server, untilAsync } from './connection-scene.ts';

/** Servers of which one can be lost. */
export interface Failover {
  /** What a gateway is configured with. */
  readonly redis: Pick<RedisOptions, 'sentinel' | 'cluster'>;
  /** The server that has the keys of the prefix `gateway`. */
  readonly primary: RedisServer;
  readonly replica: RedisServer;
  /** Kills the primary, and waits for the replica to take its place. */
  readonly fail: () => Promise<void>;
}

const followed = (primary: RedisServer): Promise<void> =>
  untilAsync(
    async () => (await primary.client.info('replication')).includes('state=online'),
    'the replica follows',
  );

function failing(primary: RedisServer, replica: RedisServer): Failover['fail'] {
  return async () => {
    await primary.kill();
    const promoted = async () => (await replica.client.info('replication')).includes('role:master');
    await untilAsync(promoted, 'the failover');
  };
}

export async function withSentinel(): Promise<Failover> {
  const primary = await server();
  const replica = await server({ config: `replicaof 127.0.0.1 ${String(primary.port)}` });
  const watch = [
    `sentinel monitor site 127.0.0.1 ${String(primary.port)} 1`,
    'sentinel down-after-milliseconds site 500',
    'sentinel failover-timeout site 4000',
  ];
  const sentinel = await server({ config: watch.join('\n'), args: ['--sentinel'] });
  await followed(primary);
  await untilAsync(
    async () => (await sentinel.client.info('sentinel')).includes('slaves=1'),
    'the sentinel knows it',
  );
  const redis = { sentinel: { name: 'site', hosts: [`127.0.0.1:${String(sentinel.port)}`] } };
  return { redis, primary, replica, fail: failing(primary, replica) };
}

/** Three nodes, reached through one that does not have the keys, and a copy of the one that has. */
export async function withCluster(): Promise<Failover> {
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
  const primary = nodes[Math.min(2, Math.floor(slot / 5461))] ?? last;
  await spare.client.call('CLUSTER', 'REPLICATE', String(await primary.client.call('CLUSTER', 'MYID')));
  for (const node of nodes) await untilAsync(() => has(node, 'cluster_state:ok'), 'the cluster is whole');
  const other = nodes.find((node) => node !== primary && node !== spare) ?? first;
  await followed(primary);
  const redis = { cluster: { hosts: [`127.0.0.1:${String(other.port)}`] } };
  return { redis, primary, replica: spare, fail: failing(primary, spare) };
}
