import t from 'tap';
import { judgeClock } from '../../src/cli/doctor/clock.ts';
import type { Diagnosis } from '../../src/cli/doctor/diagnosis.ts';
import { judgeRedis } from '../../src/cli/doctor/redis-settings.ts';
import { startRedis } from '../support/redis.ts';
import { run } from './scene.ts';

/** `health what` of each diagnosis. */
const lines = (list: readonly Diagnosis[]): string =>
  list.map(({ health, what }) => `${health} ${what}`).join('\n');

const routes = ['--routes', '[{path: /t/:botId}]'];

t.test('a real Redis: its settings, its clock, its login, and a policy that lost its head', async (t) => {
  const redis = await startRedis();
  t.teardown(() => redis.stop());
  const line = ['doctor', '--json', '--private-port', '1', '--upstream-url', 'http://127.0.0.1:2', ...routes];
  const ask = async (url: string) => {
    const ran = await run([...line, '--store-redis-url', url], { cwd: t.testdirName });
    return lines(
      (ran.json().checks as Diagnosis[]).filter(({ area }) => area === 'redis' || area === 'clock'),
    );
  };
  const { client } = redis;
  await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
  const seen = await ask(redis.url);
  t.match(seen, /good answers in \d+ ms/);
  t.match(seen, /look maxmemory-policy is allkeys-lru/);
  t.match(seen, /good agrees with that of Redis/);
  t.match(seen, /good gateways on the prefix "gateway": none/);
  t.notMatch(seen, /lost its head/);
  const [now] = await client.time();
  const beat = (site: string): string => `7 ${String(Number(now) * 1000)} 0 60000 ${site}`;
  await client.hset('{gateway}:replicas', 'a', beat('https://a.example#1'), 'b', beat('https://a.example#1'));
  t.match(await ask(redis.url), /good gateways on the prefix "gateway": https:\/\/a\.example#1: a, b$/m);
  await client.hset('{gateway}:replicas', 'c', beat('https://c.example#2'));
  t.match(await ask(redis.url), /look different sites share the prefix "gateway" \(.*a, b; https.*#2: c\)/);
  await client.xadd('{gateway}:changes', '1-0', 'x', 'y');
  t.match(await ask(redis.url), /bad the policy under "gateway" has lost its head/);
  await client.acl('SETUSER', 'least', 'on', '>right', '~{gateway}:*', '+@all', '-config', '-info');
  t.match(await ask(redis.url.replace('//', '//least:right@')), /unknown INFO is not allowed/);
  t.match(await ask(redis.url.replace('//', '//least:wrong@')), /bad it refuses the login/);
});

const redisRows: readonly [name: string, info: object, settings: object, expected: RegExp][] = [
  ['old', { redis_version: '5.0.1' }, {}, /bad Redis 5\.0\.1 is too old/],
  ['Valkey', { redis_version: '7.2.4', valkey_version: '8.0.1' }, {}, /good Valkey 8\.0\.1/],
  ['no eviction', {}, { 'maxmemory-policy': 'noeviction' }, /good maxmemory-policy is noeviction/],
  ['eviction, unbounded', {}, { 'maxmemory-policy': 'allkeys-lru' }, /look maxmemory-policy is allkeys-lru/],
  [
    'eviction, bounded',
    { maxmemory: '9', used_memory: '1' },
    { 'maxmemory-policy': 'allkeys-lru' },
    /bad maxmemory-policy/,
  ],
  ['evicted', { evicted_keys: '2' }, {}, /bad it has evicted 2 keys/],
  ['policy from INFO', { maxmemory_policy: 'volatile-lru' }, {}, /look maxmemory-policy is volatile-lru/],
  ['policy unread', {}, {}, /unknown maxmemory-policy could not be read/],
  ['filling', { maxmemory: '100', used_memory: '85' }, {}, /look 85 % of maxmemory/],
  ['full', { maxmemory: '100', used_memory: '96' }, {}, /bad 96 % of maxmemory/],
  ['nothing kept', {}, { save: '' }, /bad nothing is persisted/],
  ['snapshots only', {}, { save: '3600 1' }, /look snapshots only \(save 3600 1\)/],
  [
    'append-only file',
    { aof_enabled: '1', aof_last_write_status: 'ok' },
    { appendfsync: 'always' },
    /good append-only file is on \(always\)/,
  ],
  ['a failed save', { rdb_last_bgsave_status: 'err' }, {}, /bad its last save failed/],
  ['a replica', { role: 'slave' }, {}, /bad this is a slave/],
  [
    'unsafe failover',
    { role: 'master', connected_slaves: '2' },
    { 'min-replicas-to-write': '0' },
    /look 2 replicas, but/,
  ],
  [
    'safe failover',
    { role: 'master', connected_slaves: '2' },
    { 'min-replicas-to-write': '1' },
    /good 2 replicas/,
  ],
];

t.test('what Redis says of itself', async (t) => {
  const facts = (object: object): ReadonlyMap<string, string> =>
    new Map(Object.entries({ redis_version: '7.2.0', ...object }));
  for (const [name, info, settings, expected] of redisRows) {
    t.match(lines(judgeRedis(facts(info), new Map(Object.entries(settings)))), expected, name);
  }
});

t.test('clocks', async (t) => {
  const off = (seconds: number) =>
    lines(judgeClock([{ where: 'Redis', theirMs: seconds * 1000, ourMs: 0 }], 30));
  const rows = [
    [1, /^good/],
    [-10, /^look 10 s off/],
    [31, /^bad 31 s off/],
  ] as const;
  for (const [seconds, expected] of rows) t.match(off(seconds), expected);
});
