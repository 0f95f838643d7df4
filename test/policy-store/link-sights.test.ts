import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import '../support/uncounted.ts';
import { createLinkAges } from '../../src/app/links.ts';
import { createFileLinkSights } from '../../src/policy-store/file/link-sights-file.ts';
import type { LinkSights } from '../../src/policy-store/link-sights.ts';
import { createRedisLinkSights } from '../../src/policy-store/redis/link-sights-redis.ts';
import { startRedis } from '../support/redis.ts';
import { memoryLog } from './drafts.ts';

const redis = await startRedis();
const dir = mkdtempSync(join(tmpdir(), 'links-test-'));
t.teardown(async () => {
  await redis.stop();
  rmSync(dir, { recursive: true });
});
const digest = (letter: string): string => letter.repeat(22);
const at = 1_900_000_000;
const options = {
  url: redis.url,
  prefix: 'gateway',
  snapshotDir: null,
  connectTimeoutMs: 500,
  commandTimeoutMs: 500,
};
const stores: Readonly<Record<string, () => LinkSights>> = {
  file: () => createFileLinkSights(dir),
  redis: () => createRedisLinkSights(options, memoryLog()),
};

for (const [name, open] of Object.entries(stores))
  t.test(`${name}: what was seen first stays so`, async (t) => {
    const store = open();
    const secret = await store.secret();
    t.match(secret, /^[0-9a-f]{64}$/);
    t.equal(await store.find([digest('a')]), undefined);
    t.equal(await store.find([digest('a')]), undefined, 'looking notes nothing');
    t.equal(await store.note([digest('a')], at), at);
    t.equal(await store.note([digest('a')], at + 5), at, 'later ones change nothing');
    t.equal(await store.note([digest('b'), digest('a')], at + 5), at, 'the oldest of several counts');
    t.equal(await store.find([digest('b')]), undefined, 'what came with it is not noted');
    const both = await Promise.all([store.note([digest('c')], at + 7), store.note([digest('c')], at + 9)]);
    t.strictSame(both, [at + 7, at + 7], 'one truth for two at one time');
    store.close();
    const again = open();
    t.equal(await again.secret(), secret, 'after a restart');
    t.equal(await again.find([digest('c'), digest('a')]), at);
    again.close();
  });

t.test('file: a torn line costs itself only, and a file without its secret is not used', async (t) => {
  const file = join(dir, 'links.log');
  t.equal(statSync(file).mode & 0o777, 0o600);
  appendFileSync(file, `${digest('d')} 19000`);
  const store = createFileLinkSights(dir);
  t.equal(await store.find([digest('d')]), undefined);
  t.equal(await store.note([digest('e')], at + 1), at + 1);
  store.close();
  const again = createFileLinkSights(dir);
  t.equal(await again.find([digest('e')]), at + 1);
  again.close();
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^secret/, 'x'));
  const broken = createFileLinkSights(dir);
  await t.rejects(broken.find([digest('e')]), /first line is missing/);
  broken.close();
});

t.test('an address cannot fill the store, and what cannot be had is unknown', async (t) => {
  const log = memoryLog();
  const ages = createLinkAges(createRedisLinkSights(options, log), log);
  const nowMs = at * 1000;
  t.equal(await ages.firstSeen(['abc'], undefined, 'x'), undefined, 'looked at only');
  t.equal(await ages.firstSeen(['abc'], nowMs, 'x'), nowMs);
  t.equal(ages.firstSeen(['abc'], nowMs + 9_000, 'x'), nowMs, 'remembered: at once');
  t.equal(await ages.firstSeen(['abc', 'new'], nowMs + 9_000, 'x'), nowMs);
  const keys = await redis.client.hkeys('{gateway}:links');
  t.notOk(
    keys.some((key) => key.includes('abc')),
    'a digest only',
  );
  let last: unknown;
  for (let n = 0; n < 700 && last !== 'unknown'; n++)
    last = await ages.firstSeen([`made up ${n}`], nowMs, 'x');
  t.equal(last, 'unknown', 'more new links from one address than anybody has');
  t.equal(await ages.firstSeen(['of others'], nowMs, 'y'), nowMs);
  const kept = await redis.client.hlen('{gateway}:links');
  const many = (n: number) => Array.from({ length: 64 }, (_, at) => `${n} of many ${at}`);
  for (let n = 0; n < 700; n++) if ((await ages.firstSeen(many(n), nowMs, 'z')) === 'unknown') break;
  const more = (await redis.client.hlen('{gateway}:links')) - kept;
  t.ok(more > 1_000 && more < 2_400, `nor by many keys in one URL: ${more}`);
  await redis.client.del('{gateway}:links-secret');
  t.equal(await ages.firstSeen(['other'], nowMs, 'y'), 'unknown', 'another secret');
  t.equal(await ages.firstSeen(['other'], nowMs, 'y'), 'unknown', 'nor asked again at once');
  await new Promise((resolve) => setTimeout(resolve, 1_050));
  t.equal(await ages.firstSeen(['other'], nowMs, 'y'), nowMs, 'is taken over');
  await redis.kill();
  t.equal(await ages.firstSeen(['else'], nowMs, 'y'), 'unknown', 'no store');
  await redis.start();
  let back = await ages.firstSeen(['else'], nowMs, 'y');
  for (let n = 0; n < 50 && back === 'unknown'; n++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    back = await ages.firstSeen(['else'], nowMs, 'y');
  }
  t.equal(back, nowMs, 'it is back');
  ages.close();
});
