import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openActivity, type Activity } from '../../src/activity/activity.ts';
import { openIndex, type Index } from '../../src/activity/database.ts';
import { toRow, type ActivityEvent } from '../../src/activity/event.ts';
import { createIngest } from '../../src/activity/ingest.ts';
import { queryEvents } from '../../src/activity/query.ts';
import { pruneSome } from '../../src/activity/retention.ts';
import { verifyChains } from '../../src/activity/verify.ts';

const startMs = Date.UTC(2026, 9, 1);
const log = { warn: () => undefined };

function event(atMs: number, more: Partial<ActivityEvent> = {}): ActivityEvent {
  return {
    atMs,
    requestId: randomUUID(),
    outcome: 'forward',
    reason: 'bot-access',
    enforced: true,
    mode: 'enforce',
    method: 'GET',
    revision: 1,
    stale: false,
    clientIpStatus: 'ipv4',
    bot: 'support',
    ...more,
  };
}

function open(folder: string, replica = 'one'): Activity {
  const options = { folder, replica, retentionDays: 30, maxBytes: 1e9 };
  return openActivity(options, { log, now: () => startMs });
}

/** An index without its thread, which takes long to start from sources. */
function indexOf(t: Test, events: readonly ActivityEvent[]): Index {
  const index = openIndex(join(t.testdir(), 'activity.sqlite'));
  t.teardown(() => index.close());
  createIngest(index).take({ replica: 'one', firstSeq: 1, rows: events.map(toRow) });
  return index;
}

/** One gateway's record for several tests, each with a time of its own. */
const folder = t.testdir();
const activity = open(folder);

t.test('what was recorded is found by every filter, newest first, page by page', async (t) => {
  const rows = Array.from({ length: 25 }, (_, index) =>
    event(startMs + index, {
      bot: index % 5 === 0 ? 'sales' : 'support',
      clientIp: `203.0.113.${index}`,
      ...(index % 2 === 0 && { subject: 'ann', contact: `c${index}` }),
      ...(index === 7 && { outcome: 'deny', reason: 'no-access', enforced: false, conversation: '1001' }),
      ...(index === 8 && { scope: 'bot:support', rangeId: 'r1', reason: 'whitelisted-bot' }),
    }),
  );
  rows.forEach((row) => activity.record(row));
  await activity.settled();

  const first = await activity.query({}, 10);
  t.equal(first.events.length, 10);
  t.strictSame(
    { ...first.events[0], replica: undefined, seq: undefined },
    { ...rows[24], replica: undefined, seq: undefined },
  );
  const second = await activity.query({}, 10, first.next);
  t.equal(second.events[0]?.atMs, startMs + 14, 'the next page goes on where the first ended');
  const third = await activity.query({}, 10, second.next);
  t.equal(third.events.length, 5);
  t.equal(third.next, undefined, 'the last page has no next');

  const count = async (filter: Parameters<Activity['query']>[0]): Promise<number> =>
    (await activity.query(filter, 100)).events.length;
  t.equal(await count({ bot: 'sales' }), 5);
  t.equal(await count({ bots: ['sales'] }), 5, 'an owner sees their own');
  t.equal(await count({ bots: [] }), 0, 'who owns nothing sees nothing');
  t.equal(await count({ bots: ['sales'], bot: 'support' }), 0, 'and asks for no other');
  t.equal(await count({ subject: 'ann' }), 13);
  t.equal(await count({ contact: 'c4' }), 1);
  t.equal(await count({ conversation: '1001' }), 1);
  t.equal(await count({ outcome: 'deny' }), 1);
  t.equal(await count({ enforced: false }), 1);
  t.equal(await count({ address: '203.0.113.3' }), 1);
  t.equal(await count({ between: [0xcb007103, 0xcb007105] }), 3);
  t.equal(await count({ fromMs: startMs + 3, toMs: startMs + 6 }), 3);
  t.equal(await count({ scope: 'bot:support', rangeId: 'r1' }), 1);
  t.equal(
    await count({ requestId: (rows[3]?.requestId ?? '').slice(0, 13) }),
    1,
    'by the id that was read out',
  );
  t.equal(await count({ bot: "sales' or 1=1 --" }), 0, 'a value is never SQL');
});

t.test('sums agree with the events that they are of', async (t) => {
  const hour = 3_600_000;
  const startMs = Date.UTC(2026, 10, 1);
  for (let index = 0; index < 600; index++)
    activity.record(
      event(startMs + index * 600_000, {
        bot: index % 3 === 0 ? 'sales' : 'support',
        outcome: index % 10 === 0 ? 'deny' : 'forward',
        clientIp: `198.51.100.${index % 4}`,
        ...(index % 4 === 1 && { scope: 'platform', rangeId: 'r9', reason: 'whitelisted-platform' }),
      }),
    );
  await activity.settled();
  const span = { fromMs: startMs, toMs: startMs + 100 * hour };
  const sum = (buckets: readonly { readonly count: number }[]): number =>
    buckets.reduce((all, { count }) => all + count, 0);
  const coarse = await activity.summary(span, 50);
  t.equal(coarse.bucketMs, 2 * hour);
  t.equal(sum(coarse.buckets), 600);
  t.equal(sum(coarse.buckets.filter(({ outcome }) => outcome === 'deny')), 60);
  t.match(coarse.bots, [
    { name: 'support', count: 400 },
    { name: 'sales', count: 200, refused: 20 },
  ]);
  t.equal(coarse.addresses.length, 4);
  t.equal(coarse.ranges[0]?.name, 'platform/r9');
  const fine = await activity.summary({ ...span, bot: 'sales', subject: 'nobody' }, 50);
  t.equal(sum(fine.buckets), 0);
  const asked = await activity.summary({ ...span, between: [0xc6336400, 0xc6336400] }, 50);
  t.equal(sum(asked.buckets), 150, 'what no sum is kept of is counted event by event');
  const owner = await activity.summary({ ...span, bots: ['sales'] }, 50);
  t.equal(sum(owner.buckets), 200);
  t.match(owner.bots, [{ name: 'sales', count: 200 }]);
  t.equal(owner.bots.length, 1, 'an owner hears of no other bot');
  t.equal(sum(owner.addresses), 200);
  const use = await activity.rangeUse('platform', startMs);
  t.strictSame(use, [{ name: 'r9', count: 150, lastMs: startMs + 597 * 600_000 }]);
});

t.test('what is old or too much goes, and its going is told', (t) => {
  const day = 86_400_000;
  const index = indexOf(
    t,
    Array.from({ length: 20 }, (_, at) => event(startMs + at * day)),
  );
  t.equal(pruneSome(index, { retentionDays: 10, maxBytes: 1e9 }, startMs + 20 * day), true);
  t.equal(pruneSome(index, { retentionDays: 10, maxBytes: 1e9 }, startMs + 20 * day), false);
  const page = queryEvents(index, {}, 100);
  t.equal(page.events.length, 10);
  const told = page.gaps.find(({ kind }) => kind === 'pruned');
  t.match(told, { count: 10, fromMs: startMs, toMs: startMs + 9 * day });
  t.end();
});

t.test('the chain names the first event that was changed or taken out', (t) => {
  const index = indexOf(
    t,
    Array.from({ length: 50 }, (_, at) => event(startMs + at)),
  );
  t.match(verifyChains(index), [{ replica: 'one', events: 50, broken: undefined }]);
  const broken = (sql: string): unknown => {
    index.exec('begin');
    index.exec(sql);
    const [chain] = verifyChains(index);
    index.exec('rollback');
    return chain?.broken;
  };
  t.match(broken("update events set bot = 'other' where seq = 20"), { seq: 20, why: 'changed' });
  t.match(broken('delete from events where seq = 30'), { seq: 31, why: 'missing' });
  t.match(broken('delete from events where seq = 50'), { seq: 50, why: 'missing' }, 'the last one too');
  t.match(broken('update events set hash = zeroblob(16) where seq = 10'), { seq: 10 });
  t.end();
});

t.test('a record that cannot be kept costs events, never a request, and says so', async (t) => {
  const folder = t.testdir({ 'activity.sqlite': 'no database' });
  const warnings: string[] = [];
  const activity = openActivity(
    { folder, replica: 'one', retentionDays: 1, maxBytes: 1e9 },
    { log: { warn: (_fields, message) => void warnings.push(message) }, now: () => startMs },
  );
  t.teardown(() => activity.close());
  for (let index = 0; index < 10; index++) activity.record(event(startMs));
  await activity.settled();
  t.equal(activity.stats().lost, 10);
  t.match(activity.stats().failed, /not a database/);
  t.equal(warnings.length, 1);
  await t.rejects(activity.query({}, 10));
  t.equal(readFileSync(join(folder, 'activity.sqlite'), 'utf8'), 'no database', 'the file is left as it is');
});

t.test('a gateway that starts again goes on with the record', async (t) => {
  activity.record(event(startMs));
  await activity.close();
  const again = open(folder, 'one-again');
  t.teardown(() => again.close());
  again.record(event(startMs));
  await again.settled();
  t.equal((await again.query({}, 1000)).events.length, 25 + 600 + 2, 'what was waiting went in at the close');
  t.match(await again.verify(), [
    { replica: 'one', events: 626, broken: undefined },
    { replica: 'one-again', events: 1, broken: undefined },
  ]);
});
