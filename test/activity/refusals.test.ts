import t, { type Test } from 'tap';
import { openActivity, type Activity } from '../../src/activity/activity.ts';
import { findRefusals } from '../../src/activity/refusals.ts';
import { createRecordStream } from '../../src/app/record-stream.ts';
import { startRedis } from '../support/redis.ts';
import { batchOf, event, startMs, storeOf } from './events.ts';

const place = { address: '203.0.113.7', bot: 'support' };
const refused = { outcome: 'login', reason: 'no-credential', clientIp: place.address };
const always = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
const quiet = { log: { warn: () => undefined }, now: Date.now };
const options = { retentionDays: 36_500, maxBytes: 1e9 };

const dismissals = async (activity: Activity): Promise<readonly unknown[]> =>
  (await activity.refusals(always, 10)).groups.map(({ count, dismissed }) => [count, dismissed?.by]);

/** Asked again until it is so. */
async function becomes(t: Test, activity: Activity, wanted: readonly unknown[], what: string): Promise<void> {
  const end = Date.now() + 10_000;
  let found = await dismissals(activity);
  while (JSON.stringify(found) !== JSON.stringify(wanted) && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    found = await dismissals(activity);
  }
  t.strictSame(found, wanted, what);
}

t.test('a dismissal outlives a restart, and the chain holds it', async (t) => {
  const folder = t.testdir();
  const first = openActivity({ ...options, folder, replica: 'one' }, quiet);
  for (const at of [1, 2]) first.record(event(startMs + at, refused));
  first.dismiss('dismissed', place, 'ann (staff)');
  await first.settled();
  t.strictSame(await dismissals(first), [[2, 'ann (staff)']]);
  await first.close();
  const second = openActivity({ ...options, folder, replica: 'two' }, quiet);
  t.teardown(() => second.close());
  t.strictSame(await dismissals(second), [[2, 'ann (staff)']]);
  second.dismiss('recalled', place, 'bea (staff)');
  await second.settled();
  t.strictSame(await dismissals(second), [[2, undefined]], 'the last word counts');
  const { chains } = await second.verify();
  t.strictSame(
    chains.map(({ replica, broken }) => [replica, broken]),
    [
      ['one', undefined],
      ['two', undefined],
    ],
  );
});

t.test('gateways on one Redis share what was dismissed', async (t) => {
  const redis = await startRedis();
  t.teardown(() => redis.stop());
  const plain = { tls: false, snapshotDir: null, connectTimeoutMs: 1000, commandTimeoutMs: 1000 };
  const open = (replica: string): Activity => {
    const base = { ...plain, url: redis.url, prefix: 'site' };
    const stream = createRecordStream(base, { retentionDays: 30, maxBytes: 1e9 });
    const activity = openActivity({ ...options, folder: t.testdir(), replica }, { ...quiet, stream });
    t.teardown(() => activity.close());
    return activity;
  };
  const [one, two] = [open('one'), open('two')];
  one.record(event(startMs, refused));
  one.dismiss('dismissed', place, 'ann');
  await one.settled();
  await becomes(t, two, [[1, 'ann']], 'on the other');
  two.dismiss('recalled', place, 'bea');
  await two.settled();
  await becomes(t, one, [[1, undefined]], 'and back');
});

t.test('of a long record the newest part is read, and it says which', async (t) => {
  const { decisions } = storeOf(t, 10);
  const started = { kind: 'start', fromMs: startMs, toMs: startMs, count: 0, replica: 'one' } as const;
  for (let batch = 0; batch < 70; batch += 1) {
    const events = Array.from({ length: 10 }, (_, at) => event(startMs + batch * 10 + at, refused));
    decisions.take(batchOf('one', 1 + batch * 10, events, batch === 0 ? [started] : []));
  }
  const { groups, sinceMs } = findRefusals(decisions, always, 10);
  t.match(groups, [{ ...place, count: 240, lastMs: startMs + 699, firstMs: startMs + 460 }]);
  t.equal(sinceMs, startMs + 460);
  const quietSite = storeOf(t, 10).decisions;
  const passed = (batch: number) => Array.from({ length: 10 }, (_, at) => event(startMs + batch * 10 + at));
  quietSite.take(batchOf('one', 1, [event(startMs, refused), ...passed(0).slice(1)]));
  for (let batch = 1; batch < 70; batch += 1) quietSite.take(batchOf('one', 1 + batch * 10, passed(batch)));
  t.match(findRefusals(quietSite, always, 10).groups, [{ count: 1 }], 'what has none in it is not counted');
});
