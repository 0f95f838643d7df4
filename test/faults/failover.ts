import { startRedis, type RedisServer } from '../support/redis.ts';
import type { Experiment, Undo } from './experiment.ts';
import { admin, gatewayFor, listAddresses, startLoad, startOrigin, until, visit } from './world.ts';

async function guardedPair(undo: Undo) {
  const own = async (config: string, args: readonly string[] = []): Promise<RedisServer> =>
    undo(await startRedis({ config, args }), (it) => it.stop());
  const primary = await own('');
  const copy = await own(`replicaof 127.0.0.1 ${primary.port}`);
  const watch = [
    `sentinel monitor site 127.0.0.1 ${primary.port} 1`,
    'sentinel down-after-milliseconds site 500',
    'sentinel failover-timeout site 4000',
  ];
  const sentinel = await own(watch.join('\n'), ['--sentinel']);
  const knows = await until(async () => {
    const online = (await primary.client.info('replication')).includes('state=online');
    return online && (await sentinel.client.info('sentinel')).includes('slaves=1');
  }, 20_000);
  if (!knows) throw new Error('the servers do not find one another');
  return { primary, copy, store: { sentinel: { name: 'site', hosts: [`127.0.0.1:${sentinel.port}`] } } };
}

async function alarmsOf(gateway: { privateUrl: string }): Promise<number> {
  const text = await (await fetch(`${gateway.privateUrl}/metrics`)).text();
  return Number(/^gateway_policy_lineage_alarms_total (\d+)/m.exec(text)?.[1] ?? 0);
}

/** What an acknowledged write that no copy had does to the policy. */
export const failoverFaults: readonly Experiment[] = [
  {
    name: 'redis: primary failover by Sentinel with a lost write',
    bound: 'alarm on both gateways, no leak, members 200, writes go on',
    async run(undo) {
      const { primary, copy, store } = await guardedPair(undo);
      const origin = undo(await startOrigin(), (it) => it.close());
      const redis = { ...store, prefix: 'gateway' };
      const [first, second] = await Promise.all(
        [0, 1].map(async () => undo(await gatewayFor(origin.url, { store: { redis } }), (it) => it.stop())),
      );
      if (first === undefined || second === undefined) throw new Error('no gateways');
      await until(async () => (await admin(first, 'GET', '/whitelists')).status === 200, 10_000);
      await listAddresses(first);
      await until(async () => (await primary.client.wait(1, 100)) === 1, 5_000);
      // Halted and cut off: what is written from here on is on no way to it.
      copy.freeze(true);
      await primary.client.call('CLIENT', 'KILL', 'TYPE', 'REPLICA');
      const { body } = await admin(first, 'PATCH', '/whitelists/bot%3Ab', { enabled: true });
      await primary.kill();
      copy.freeze(false);
      const load = startLoad(() => second.publicUrl, { visitors: ['member', 'stranger'] });
      const promoted = await until(
        async () => (await copy.client.info('replication')).includes('role:master'),
        20_000,
      );
      const alarmed = await until(
        async () => (await alarmsOf(first)) > 0 && (await alarmsOf(second)) > 0,
        20_000,
      );
      const wrote = await until(
        async () => (await admin(first, 'PATCH', '/whitelists/bot%3Ac', { enabled: true })).status === 200,
        10_000,
      );
      const listed = await until(
        async () => (await visit(second.publicUrl, 'listed')).status === 200,
        10_000,
      );
      const { counts, leaks } = await load.stop();
      const odd = Object.keys(counts).filter((key) => !/^(member 200|stranger 401)$/.test(key));
      const receipt = JSON.stringify(body['acknowledged'] ?? body['live'] ?? null);
      return {
        figure: `receipt ${receipt}, promoted ${promoted}, alarmed ${alarmed}, writes ${wrote}, listed ${listed}, ${leaks} leaks, odd ${odd.join(', ') || 'none'}`,
        ok: promoted && alarmed && wrote && listed && leaks === 0 && odd.length === 0,
      };
    },
  },
];
