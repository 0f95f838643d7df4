import { existsSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openActivity, type Activity } from '../../src/activity/activity.ts';
import type { Filter } from '../../src/activity/match.ts';
import { createRecordStream } from '../../src/app/record-stream.ts';
import { redisUser } from '../../src/policy-store/redis/keys.ts';
import { startRedis } from '../support/redis.ts';
import { event, startMs } from './events.ts';

const redis = await startRedis();
t.teardown(() => redis.stop());
await redis.client.call('ACL', 'SETUSER', 'gateway', 'on', '>word', ...redisUser('site').split(' '));

const plain = { tls: false, snapshotDir: null, connectTimeoutMs: 1000, commandTimeoutMs: 1000 };
const base = { ...plain, url: redis.url, username: 'gateway', password: 'word' };

/** A gateway as far as the record goes; its times are those of Redis, which deletes by them. */
function gateway(
  t: Test,
  replica: string,
  { folder = t.testdir(), prefix = 'site', maxBytes = 1e9 } = {},
): Activity {
  const stream = createRecordStream({ ...base, prefix }, { retentionDays: 30, maxBytes });
  const options = { folder, replica, retentionDays: 36_500, maxBytes: 1e9 };
  const activity = openActivity(options, { log: { warn: () => undefined }, now: Date.now, stream });
  t.teardown(() => activity.close());
  return activity;
}

function fill(activity: Activity, from: number, count: number, bot = 'support'): Promise<void> {
  for (let at = from; at < from + count; at++)
    activity.record(event(startMs + at, { bot, subject: `s${at}`, clientIp: `203.0.113.${at % 250}` }));
  return activity.settled();
}

/** Every event that is found, as text; asked again until there are so many. */
async function found(activity: Activity, count: number, filter: Filter = {}): Promise<string> {
  const end = Date.now() + 20_000;
  for (;;) {
    const { events } = await activity.query(filter, 10_000);
    if (events.length >= count || Date.now() > end) return JSON.stringify(events);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

t.test(
  'three gateways answer alike within a second, a new one and one that lost its index too',
  async (t) => {
    const folder = t.testdir();
    const all = ['one', 'two', 'three'].map((replica) => gateway(t, replica, { folder }));
    const [one, two, three] = all as [Activity, Activity, Activity];
    await found(three, 0);
    await Promise.all(all.map((each, at) => fill(each, at * 1_000, 700, `bot${at}`)));
    const sinceMs = performance.now();
    await Promise.all(all.map((each) => found(each, 9, { between: [0xcb007163, 0xcb007163] })));
    const tookMs = performance.now() - sinceMs;
    const answers = await Promise.all(all.map((each) => found(each, 2_100)));
    t.equal(answers[1], answers[0]);
    t.equal(answers[2], answers[0]);
    t.equal((JSON.parse(answers[0] ?? '') as unknown[]).length, 2_100);
    t.ok(tookMs < 1_000, `${tookMs.toFixed(0)} ms`);
    t.ok(existsSync(join(folder, 'activity-3.sqlite')), 'each has a file of its own in one folder');
    t.match(await two.summary({ fromMs: startMs, toMs: startMs + 10_000 }, 10), {
      bots: [{ count: 700 }, { count: 700 }, { count: 700 }],
    });
    await one.close();
    await fill(two, 5_000, 300);
    const back = gateway(t, 'one again', { folder });
    t.equal(await found(back, 2_400), await found(two, 2_400), 'what it missed is read');
    const fresh = gateway(t, 'four');
    t.equal(await found(fresh, 2_400), await found(three, 2_400), 'and what came before it was there');
    await fill(fresh, 6_000, 1);
    await found(two, 2_401);
    t.strictSame(
      (await two.verify()).chains.map(({ replica, events, broken }) => ({ replica, events, broken })),
      [
        { replica: 'four', events: 1, broken: undefined },
        { replica: 'one', events: 700, broken: undefined },
        { replica: 'one again', events: 0, broken: undefined },
        { replica: 'three', events: 700, broken: undefined },
        { replica: 'two', events: 1_000, broken: undefined },
      ],
    );
    t.strictSame((await two.query({}, 1)).gaps, []);
  },
);

t.test('what was deleted before it was read is told, and holds nothing up', async (t) => {
  const prefix = 'small';
  await redis.client.call('ACL', 'SETUSER', 'gateway', `~{${prefix}}:*`);
  const one = gateway(t, 'one', { prefix, maxBytes: 20_000 });
  for (let round = 0; round < 20; round++) await fill(one, round * 100, 100);
  const whole = await found(one, 2_000);
  t.equal((JSON.parse(whole) as unknown[]).length, 2_000, 'who reads along has all');
  const bytes = await redis.client.memory('USAGE', `{${prefix}}:activity`);
  t.ok(Number(bytes) < 40_000, `${String(bytes)} bytes in Redis`);
  const late = gateway(t, 'late', { prefix });
  await fill(late, 9_000, 1);
  await found(late, 1, { subject: 's9000' });
  const { events, gaps } = await late.query({}, 10_000);
  t.match(gaps, [{ kind: 'pruned', count: 2_001 - events.length }]);
  t.ok(events.length > 100 && events.length < 1_900, `${events.length} are there`);
  const chains = (await late.verify()).chains;
  t.match(chains, [{ replica: 'late' }, { replica: 'one', lastSeq: 2_000 }]);
  t.ok(chains.every(({ broken }) => broken === undefined));
});

t.test('Redis is away: nothing waits for it, what is beyond the bound is counted and told', async (t) => {
  const own = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
  t.teardown(() => own.stop());
  const options = { folder: t.testdir(), replica: 'one', retentionDays: 36_500, maxBytes: 1e9 };
  const stream = createRecordStream(
    { ...plain, url: own.url, prefix: 'site' },
    { retentionDays: 30, maxBytes: 1e9 },
  );
  const activity = openActivity(options, { log: { warn: () => undefined }, now: Date.now, stream });
  t.teardown(() => activity.close());
  await fill(activity, 0, 100);
  await found(activity, 100);
  await own.kill();
  const sinceMs = performance.now();
  void fill(activity, 1_000, 100);
  await new Promise((resolve) => setTimeout(resolve, 400));
  void fill(activity, 10_000, 50_500);
  t.ok(performance.now() - sinceMs < 5_000);
  t.equal(activity.stats().lost, 500);
  t.equal(activity.hasRoom(), false);
  t.equal((await activity.query({}, 1)).events.length, 1, 'what is known can be asked for');
  await own.start();
  await activity.settled();
  t.match(await activity.query({ subject: 's60499' }, 1), { events: [] });
  await found(activity, 1, { subject: 's59999' });
  t.match((await activity.query({}, 1)).gaps, [{ kind: 'lost', count: 500 }]);
  t.equal(activity.hasRoom(), true);
  t.match((await activity.verify()).chains, [{ events: 50_200, broken: undefined }]);

  await own.client.flushall();
  await fill(activity, 70_000, 10);
  await found(activity, 1, { subject: 's70009' });
  t.equal((await activity.verify()).chains[0]?.broken, undefined, 'the index has what Redis lost');
});

t.test('what somebody changed in the stream is named', async (t) => {
  const prefix = 'changed';
  await redis.client.call('ACL', 'SETUSER', 'gateway', `~{${prefix}}:*`);
  const folder = t.testdir({ 'activity-5.sqlite': '' });
  utimesSync(join(folder, 'activity-5.sqlite'), 1, 1);
  const one = gateway(t, 'one', { prefix, folder });
  for (let round = 0; round < 5; round++) await fill(one, round * 10, 10);
  await found(one, 50);
  t.notOk(
    existsSync(join(folder, 'activity-5.sqlite')),
    'an index that nobody has used for a day is deleted',
  );
  const brokenBy = async (change: () => Promise<unknown>) => {
    const key = `{${prefix}}:activity`;
    await redis.client.copy(key, 'kept', 'REPLACE');
    await change();
    const { chains } = await one.verify();
    await redis.client.copy('kept', key, 'REPLACE');
    return chains[0]?.broken;
  };
  const entries = await redis.client.xrange(`{${prefix}}:activity`, '-', '+');
  const remove = (at: number) => () => redis.client.xdel(`{${prefix}}:activity`, entries[at]?.[0] ?? '');
  t.equal(await brokenBy(async () => undefined), undefined);
  const third = entries.length - 3;
  t.match(await brokenBy(remove(third)), { seq: 21, why: 'missing' });
  t.match(await brokenBy(remove(entries.length - 1)), { seq: 41, why: 'missing' }, 'the last, too');
  const late = gateway(t, 'late', { prefix });
  await redis.client.xadd(`{${prefix}}:activity`, '*', 'total', '60', 'events', '10', 'batch', 'nothing');
  await fill(late, 90, 1);
  await found(late, 51);
  t.match((await late.query({}, 1)).gaps, [{ kind: 'lost', count: 10 }], 'what is no batch is told as lost');
});
