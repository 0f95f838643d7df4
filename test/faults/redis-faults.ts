import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis } from '../support/redis.ts';
import type { GatewayProcess } from '../support/gateway-process.ts';
import type { Experiment, Undo } from './experiment.ts';
import {
  admin,
  gatewayFor,
  listAddresses,
  percentile,
  startLoad,
  startOrigin,
  until,
  visit,
} from './world.ts';

const prefix = 'gateway';

async function scene(undo: Undo, over: object = {}, count = 2) {
  const redis = undo(await startRedis(), (it) => it.stop());
  const origin = undo(await startOrigin(), (it) => it.close());
  const start = async () =>
    undo(await gatewayFor(origin.url, { store: { redis: { url: redis.url, prefix } }, ...over }), (it) =>
      it.stop(),
    );
  const gateways = [];
  for (let i = 0; i < count; i += 1) gateways.push(await start());
  const [first] = gateways;
  if (first === undefined) throw new Error('no gateway');
  await until(async () => (await admin(first, 'GET', '/whitelists')).status === 200, 10_000);
  return { redis, origin, gateways, first, second: gateways[1] ?? first, start };
}

const statusOf = async (gateway: { publicUrl: string }, visitor: 'listed' | 'member' | 'stranger') =>
  (await visit(gateway.publicUrl, visitor)).status;

/**
 * The p99 of changes, each of which waits for both gateways, and of a read from each of them in turn with it: what this
 * machine takes for two calls just then, whatever else it does.
 */
async function timesOfChanges(first: GatewayProcess, second: GatewayProcess) {
  const [writes, reads]: [number[], number[]] = [[], []];
  const time = async (into: number[], what: () => Promise<unknown>): Promise<void> => {
    const started = performance.now();
    await what();
    into.push(performance.now() - started);
  };
  for (let i = 0; i < 200; i += 1) {
    await time(writes, () => admin(first, 'PATCH', '/whitelists/bot%3Aa', { requireLogin: i % 2 === 0 }));
    await time(reads, async () => {
      for (const gateway of [first, second]) await admin(gateway, 'GET', '/me');
    });
  }
  return { writes: percentile(writes, 0.99), reads: percentile(reads, 0.99) };
}

/** What becomes of visitors when Redis fails. */
export const redisFaults: readonly Experiment[] = [
  {
    name: 'redis: a change is live on the other gateway',
    bound: 'granted and revoked there at the answer; p99 of 200 below 250 ms more than two reads beside them',
    short: true,
    async run(undo) {
      const { first, second } = await scene(undo);
      const id = await listAddresses(first);
      const granted = await until(async () => (await statusOf(second, 'listed')) === 200, 2000);
      const gone = await admin(first, 'DELETE', `/whitelists/bot%3Aa/ranges/${id}`);
      const revoked = (await statusOf(second, 'listed')) === 401;
      const { writes, reads } = await timesOfChanges(first, second);
      const live = JSON.stringify(gone.body['live']);
      return {
        figure: `granted ${granted}, revoked ${revoked}, live ${live}, p99 ${writes.toFixed(0)} ms, of reads ${reads.toFixed(0)} ms`,
        ok: granted && revoked && writes < 250 + reads,
      };
    },
  },
  {
    name: 'redis: absent at start',
    bound:
      'within 5 s: pages 200, tokens 503 (nobody knows what was revoked), addresses and writes 503, /readyz degraded',
    short: true,
    async run(undo) {
      const redis = undo(await startRedis(), (it) => it.stop());
      const origin = undo(await startOrigin(), (it) => it.close());
      await redis.kill();
      const gateway = undo(
        await gatewayFor(origin.url, { store: { redis: { url: redis.url, prefix } } }),
        (it) => it.stop(),
      );
      const page = (await visit(gateway.publicUrl, 'stranger', { path: '/' })).status;
      const [member, listed] = [await statusOf(gateway, 'member'), await statusOf(gateway, 'listed')];
      const write = (await admin(gateway, 'PATCH', '/whitelists/platform', { enabled: true })).status;
      const { degraded } = (await (await fetch(`${gateway.privateUrl}/readyz`)).json()) as {
        degraded: boolean;
      };
      const ok = page === 200 && member === 503 && listed === 503 && write === 503 && degraded;
      return {
        figure: `page ${page}, member ${member}, listed ${listed}, write ${write}, degraded ${degraded}`,
        ok,
      };
    },
  },
  {
    name: 'redis: killed under load, back again',
    bound: 'no leak, tokens all 200, decisions p99 below 50 ms with it gone, listed 200 within the bound',
    async run(undo) {
      const { redis, first } = await scene(undo, {}, 1);
      await listAddresses(first);
      const load = startLoad(() => first.publicUrl);
      await sleep(500);
      await redis.kill();
      const from = load.tally.ms.length;
      await sleep(2000);
      const p99 = percentile(load.tally.ms.slice(from), 0.99);
      const write = (await admin(first, 'PATCH', '/whitelists/platform', { enabled: true })).status;
      const { counts, leaks, sent } = await load.stop();
      const odd = Object.keys(counts).filter((key) => !/^(member 200|listed 200|stranger 401)$/.test(key));
      const ok = leaks === 0 && odd.length === 0 && p99 < 50 && write === 503;
      return {
        figure: `${sent} requests, ${leaks} leaks, odd ${odd.join(', ') || 'none'}, p99 ${p99.toFixed(0)} ms, write ${write}`,
        ok,
      };
    },
  },
  {
    name: 'redis: gone past maxStalenessSeconds (2)',
    bound: 'addresses 503 within the bound + 2 s, tokens 200 throughout',
    short: true,
    async run(undo) {
      const { redis, first } = await scene(undo, { policy: { maxStalenessSeconds: 2 } }, 1);
      await listAddresses(first);
      const before = await statusOf(first, 'listed');
      await redis.kill();
      const started = performance.now();
      const closed = await until(async () => (await statusOf(first, 'listed')) === 503, 8000);
      const after = (performance.now() - started) / 1000;
      const member = await statusOf(first, 'member');
      return {
        figure: `${before}, then 503 after ${after.toFixed(1)} s, member ${member}`,
        ok: before === 200 && closed && after < 4 && member === 200,
      };
    },
  },
  {
    name: 'redis: a replica cut off during a removal',
    bound: 'stops granting within maxStalenessSeconds (3) + 2 s; the receipt never claims it',
    async run(undo) {
      const { redis, first, second } = await scene(undo, { policy: { maxStalenessSeconds: 3 } });
      const id = await listAddresses(first);
      await until(async () => (await statusOf(second, 'listed')) === 200, 3000);
      second.signal('SIGSTOP');
      const { body } = await admin(first, 'DELETE', `/whitelists/bot%3Aa/ranges/${id}`);
      const { replicas, of } = body['live'] as { replicas: number; of: number };
      second.signal('SIGCONT');
      const started = performance.now();
      const closed = await until(async () => (await statusOf(second, 'listed')) !== 200, 8000);
      const after = (performance.now() - started) / 1000;
      void redis;
      return {
        figure: `live on ${replicas} of ${of}, closed after ${after.toFixed(1)} s`,
        ok: replicas === 1 && of === 2 && closed && after < 5,
      };
    },
  },
  {
    name: 'redis: slow by two seconds',
    bound: 'decisions p99 below 500 ms meanwhile',
    async run(undo) {
      const { redis, first } = await scene(undo, {}, 1);
      await listAddresses(first);
      const client = undo(new Redis(redis.url), (it) => it.disconnect());
      const load = startLoad(() => first.publicUrl);
      await sleep(300);
      const from = load.tally.ms.length;
      await client.call('DEBUG', 'SLEEP', '2').catch(() => client.call('CLIENT', 'PAUSE', '2000', 'ALL'));
      await sleep(500);
      const p99 = percentile(load.tally.ms.slice(from), 0.99);
      const { leaks } = await load.stop();
      return { figure: `p99 ${p99.toFixed(0)} ms, ${leaks} leaks`, ok: p99 < 500 && leaks === 0 };
    },
  },
  {
    name: 'redis: flushed',
    bound: 'noticed; never read as an empty policy: strangers 401 or 503, no leak',
    async run(undo) {
      const { redis, first } = await scene(undo, { policy: { maxStalenessSeconds: 3 } }, 1);
      await listAddresses(first);
      await admin(first, 'PATCH', '/whitelists/platform', { whenOff: 'members' });
      const client = undo(new Redis(redis.url), (it) => it.disconnect());
      await client.flushall();
      await sleep(5000);
      const [stranger, listed, member] = [
        await statusOf(first, 'stranger'),
        await statusOf(first, 'listed'),
        await statusOf(first, 'member'),
      ];
      const { body } = await fetch(`${first.privateUrl}/readyz`).then(async (it) => ({
        body: (await it.json()) as { degraded: boolean },
      }));
      const ok = [401, 503].includes(stranger) && listed === 503 && member === 200 && body.degraded;
      return {
        figure: `stranger ${stranger}, listed ${listed}, member ${member}, degraded ${body.degraded}`,
        ok,
      };
    },
  },
  {
    name: 'redis: records corrupted',
    bound: 'refused one by one, named in /readyz; others go on; no leak',
    async run(undo) {
      const { redis, first, start } = await scene(undo, {}, 1);
      await listAddresses(first);
      const client = undo(new Redis(redis.url), (it) => it.disconnect());
      const keys = await client.keys(`*{${prefix}}*scope:bot:a`);
      for (const key of keys)
        for (const field of await client.hkeys(key)) await client.hset(key, field, 'garbage');
      await client.del(...(await client.keys(`*{${prefix}}*pack*`)), 'nothing');
      const fresh = await start();
      await sleep(1500);
      const listed = await statusOf(fresh, 'listed');
      const stranger = await statusOf(fresh, 'stranger');
      return {
        figure: `listed ${listed}, stranger ${stranger}`,
        ok: listed !== 200 && [401, 503].includes(stranger),
      };
    },
  },
  {
    name: 'redis: the stream trimmed',
    bound: 'the gateway loads again and serves what is stored',
    async run(undo) {
      const { redis, first } = await scene(undo, {}, 1);
      await listAddresses(first);
      const client = undo(new Redis(redis.url), (it) => it.disconnect());
      const [stream] = await client.keys(`*{${prefix}}*changes`);
      if (stream !== undefined) await client.xtrim(stream, 'MAXLEN', 0);
      await sleep(1500);
      const listed = await statusOf(first, 'listed');
      const write = (await admin(first, 'PATCH', '/whitelists/bot%3Aa', { enabled: false })).status;
      const closed = await until(async () => (await statusOf(first, 'listed')) === 401, 3000);
      return {
        figure: `listed ${listed}, write ${write}, then closed: ${closed}`,
        ok: listed === 200 && write === 200 && closed,
      };
    },
  },
  {
    name: 'redis: restored from an older backup',
    bound: 'an alarm, and the newer removal is not undone in silence: degraded or closed within 5 s',
    async run(undo) {
      const { redis, first } = await scene(undo, { policy: { maxStalenessSeconds: 3 } }, 1);
      await listAddresses(first);
      const client = undo(new Redis(redis.url), (it) => it.disconnect());
      const keys = await client.keys('*');
      const dumps = await Promise.all(keys.map(async (key) => [key, await client.dumpBuffer(key)] as const));
      await admin(first, 'PATCH', '/whitelists/bot%3Aa', { enabled: false });
      await client.flushall();
      for (const [key, dump] of dumps) if (dump !== null) await client.restore(key, 0, dump);
      await sleep(5000);
      const metrics = await (await fetch(`${first.privateUrl}/metrics`)).text();
      const alarms = Number(/gateway_policy_lineage_alarms_total (\d+)/.exec(metrics)?.[1] ?? 0);
      return { figure: `${alarms} alarms`, ok: alarms > 0 };
    },
  },
  {
    name: 'redis: SIGKILL of a gateway during admin writes',
    bound: 'no acknowledged write lost, the other gateway goes on',
    async run(undo) {
      const { first, second } = await scene(undo);
      let acknowledged = 0;
      const writing = (async () => {
        for (let i = 0; i < 300; i += 1) {
          const start = `10.1.${i >> 8}.${i & 255}`;
          if (
            (await admin(first, 'POST', '/whitelists/platform/ranges', { start, end: start })).status === 201
          )
            acknowledged += 1;
        }
      })().catch(() => undefined);
      await sleep(400);
      await first.kill();
      await writing;
      const { body } = await admin(second, 'GET', '/whitelists');
      const stored =
        (body['whitelists'] as { scope: string; ranges: number }[]).find(({ scope }) => scope === 'platform')
          ?.ranges ?? 0;
      const member = await statusOf(second, 'member');
      return {
        figure: `${acknowledged} acknowledged, ${stored} stored, member ${member}`,
        ok: stored >= acknowledged && stored <= acknowledged + 1 && member === 200,
      };
    },
  },
];
