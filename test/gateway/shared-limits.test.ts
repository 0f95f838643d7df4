import { Redis } from 'ioredis';
import t from 'tap';
import { createBuckets } from '../../src/limits/bucket.ts';
import { createSharedCount, createSharedLimiter } from '../../src/limits/shared.ts';
import { redisUser } from '../../src/policy-store/redis/keys.ts';
import { startGateway } from '../support/gateway-process.ts';
import { startRedis } from '../support/redis.ts';
import { startUpstream } from '../support/upstreams.ts';
import { soon } from './visitor.ts';

/** A JWT of an issuer that nobody knows. */
const foreign = [{ alg: 'HS256' }, { iss: 'https://elsewhere.example/', exp: 4e9 }, 'signature']
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .join('.');

const upstream = await startUpstream();
t.teardown(() => upstream.stop());

t.test('a limit that gateways share', async (t) => {
  const server = await startRedis();
  const clients = [0, 1].map(() => {
    const redis = new Redis(server.url, { enableOfflineQueue: false, maxRetriesPerRequest: 0 });
    redis.on('error', () => undefined);
    return redis;
  });
  await Promise.all(clients.map((redis) => new Promise((resolve) => redis.once('ready', resolve))));
  const gateways = clients.map((redis) =>
    createSharedLimiter(
      createBuckets({ perMinute: 5, maxKeys: 100, now: () => performance.now() }),
      createSharedCount({ redis, prefix: 'test:hostile', perMinute: 5, maxKeys: 100 }),
    ),
  );
  const hits = async (key: string): Promise<number> => {
    const said: boolean[] = [];
    for (let i = 0; i < 16; i += 1) {
      said.push(gateways[i % 2]?.hit(key) ?? false);
      await Promise.all(clients.map((redis) => redis.ping().catch(() => undefined))); // what was counted is known
    }
    return said.filter(Boolean).length;
  };
  const together = await hits('203.0.113.1');
  t.ok(together >= 5 && together <= 6, `counted together: ${together} let through`);
  server.freeze(true);
  const start = performance.now();
  t.same(
    Array.from({ length: 7 }, () => gateways[0]?.hit('203.0.113.2')),
    [true, true, true, true, true, false, false],
    'a Redis that hangs takes nobody the own limit away',
  );
  t.ok(performance.now() - start < 500, 'and holds nobody up');
  server.freeze(false);
  await server.kill();
  t.equal(await hits('203.0.113.3'), 10, 'without it each counts alone');
  clients.forEach((redis) => redis.disconnect());
  await server.stop();
});

t.test('two gateways, one limit: hostile tokens and failed admin sign-ins', async (t) => {
  const redis = await startRedis();
  await redis.client.call('ACL', 'SETUSER', 'least', 'on', '>secret', ...redisUser('gateway').split(' '));
  const keys = [{ kid: 'k', algorithm: 'HS256', secretBase64: Buffer.alloc(32, 7).toString('base64') }];
  const config = {
    upstream: { url: upstream.url },
    identity: { issuers: [{ name: 'staff', issuer: 'https://issuer.example/', audience: 'x', keys }] },
    routes: [{ path: '/t/:botId/:conversationId' }],
    trustedProxies: { cidrs: ['127.0.0.1/32'], source: 'x-forwarded-for' },
    store: { redis: { url: redis.url, username: 'least', password: 'secret' } },
    admin: { token: 'a-static-token-that-nobody-guesses' },
    limits: { hostileTokensPerMinute: 6, failedAdminLoginsPerMinute: 6 },
  };
  const pair = await Promise.all([startGateway({ config }), startGateway({ config })]);
  t.teardown(async () => {
    await Promise.all(pair.map((gateway) => gateway.stop()));
    await redis.stop();
  });
  const stateOf = async (at: number): Promise<string> =>
    (await fetch(`${pair[at]?.privateUrl ?? ''}/readyz`)).text();
  for (const at of [0, 1]) while (!(await stateOf(at)).includes('Redis answers')) await soon(20);
  const beats = Object.values(await redis.client.hgetall('{gateway}:replicas'));
  t.equal(beats.length, 2);
  for (const beat of beats)
    t.ok(beat.includes(` ${upstream.url}`), 'each beat says which site it is, for doctor');
  /** Twelve guesses, in turn at both or all at one; how many were heard. */
  const heard = async (door: 'publicUrl' | 'privateUrl', path: string, from: string, both = true) => {
    const statuses: number[] = [];
    for (let n = 0; n < 12; n += 1) {
      const url = pair[both ? n % 2 : 0]?.[door] ?? '';
      const headers = { authorization: `Bearer ${foreign}`, 'x-forwarded-for': from };
      statuses.push((await fetch(`${url}${path}`, { headers })).status);
      // Nobody waits for the common count: it is let get there, on a busy machine too.
      await soon(40);
    }
    t.same([...new Set(statuses)], [401, 429], 'heard, then refused');
    return statuses.filter((status) => status === 401).length;
  };
  for (const [door, path] of [
    ['publicUrl', '/t/a/1'],
    ['privateUrl', '/_gateway/api/v1/me'],
  ] as const) {
    const together = await heard(door, path, '203.0.113.1');
    t.ok(together >= 6 && together <= 9, `${path}: ${together} heard by both together`);
  }
  await redis.kill();
  for (const [door, path] of [
    ['publicUrl', '/t/a/1'],
    ['privateUrl', '/_gateway/api/v1/me'],
  ] as const) {
    t.equal(await heard(door, path, '203.0.113.2', false), 6, `${path}: without Redis each counts alone`);
  }
});
