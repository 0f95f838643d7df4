import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import t from 'tap';
import { openActivity, type Activity } from '../../src/activity/activity.ts';
import { openIndex } from '../../src/activity/database.ts';
import { openDecisions } from '../../src/activity/decisions.ts';
import type { ActivityEvent } from '../../src/activity/event.ts';

const startMs = Date.UTC(2026, 9, 1);

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

/** One gateway's record for several tests, each with a time of its own: a thread takes long to start from sources. */
const folder = t.testdir();
const options = { folder, replica: 'one', retentionDays: 30, maxBytes: 1e9 };
const activity = openActivity(options, { log: { warn: () => undefined }, now: () => startMs });

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

t.test('what is recorded last goes in at the close, and from then on nothing is asked', async (t) => {
  t.match((await activity.verify()).chains, [{ replica: 'one', events: 25 + 600, broken: undefined }]);
  activity.record(event(startMs));
  await activity.close();
  const index = openIndex(join(folder, 'activity.sqlite'));
  t.teardown(() => index.close());
  t.strictSame(
    openDecisions(index)
      .segments({ fromMs: startMs, toMs: startMs })
      .map(({ count }) => count),
    [25 + 600 + 1],
  );
  t.strictSame(
    index
      .prepare('select kind from marks order by id')
      .all()
      .map((mark) => ({ ...(Object(mark) as object) })),
    [{ kind: 'start' }, { kind: 'stop' }],
  );
  await t.rejects(activity.query({}, 10));
});
