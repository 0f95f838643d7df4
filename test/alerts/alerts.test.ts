import t from 'tap';
import type { Finding } from '../../src/alerts/alert.ts';
import { createAlerts, type AlertShare } from '../../src/alerts/alerts.ts';
import { createFirstUse } from '../../src/alerts/first-use.ts';
import { createTally } from '../../src/alerts/tally.ts';
import { createWatch, type Heard } from '../../src/alerts/watch.ts';
import { startReceiver, webhookSecret as secret } from '../support/receiver.ts';

const quiet = { warn: () => undefined, error: () => undefined };
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

const heard = (more: Partial<Heard>): Heard => ({
  ...{ atMs: 1_000, outcome: 'forward', reason: 'bot-access', enforced: true, bot: 'support' },
  ...more,
});

function watched(most: { perPerson?: number; perAddress?: number; perRange?: number }) {
  const found: Finding[] = [];
  const limits = { perPerson: 0, perAddress: 0, perRange: 0, windowMs: 60_000, ...most };
  const ranges: string[] = [];
  const hear = createWatch({
    limits: () => limits,
    raise: (finding) => void found.push(finding),
    onRange: (_scope, rangeId) => void ranges.push(rangeId),
  });
  return { hear, found, ranges };
}

t.test('a tally counts what differs, forgets what is old, and is bounded', (t) => {
  const tally = createTally({ mostMarks: 10 });
  for (const thing of ['a', 'a', 'b', 'a']) tally.add('k', thing, 1, 100);
  t.equal(tally.add('k', 'c', 50, 100), 3);
  t.equal(tally.add('k', 'd', 101, 100), 2, 'a and b are a window old');
  t.equal(tally.add('k', 'c', 149, 100), 2, 'seen again');
  for (let i = 0; i < 50; i += 1) {
    tally.add(`other ${String(i)}`, 'x', 150, 100);
    t.ok(tally.add('k', 'c', 150, 100) <= 3);
  }
  t.equal(tally.add('k', 'e', 151, 100), 3, 'who is seen all the time is not forgotten for others');
  tally.forget('k');
  t.equal(tally.add('k', 'c', 152, 100), 1);
  t.end();
});

t.test('many conversations of one person, and once more after as many', (t) => {
  const { hear, found } = watched({ perPerson: 3 });
  const ask = (conversation: string, more: Partial<Heard> = {}): void =>
    hear(heard({ subject: 'ann', issuer: 'staff', conversation, ...more }));
  for (const id of ['1', '2', '1', '2', '2']) ask(id);
  ask('3', { issuer: 'partner' });
  ask('3', { subject: 'bob' });
  ask('3', { outcome: 'deny', reason: 'no-access' });
  ask('', { conversation: undefined });
  t.same(found, [], 'two conversations, however often; others are others');
  ask('3', { outcome: 'deny', reason: 'no-access', enforced: false });
  t.match(found, [
    {
      kind: 'conversations.many_by_person',
      summary: 'ann (staff) was shown 3 different conversations within a minute.',
      of: { subject: 'ann', issuer: 'staff', conversations: 3 },
    },
  ]);
  ask('4');
  t.equal(found.length, 1);
  t.end();
});

t.test('many of one address without a sign-in, of one range; a limit of 0 is none', (t) => {
  const { hear, found, ranges } = watched({ perAddress: 2, perRange: 3 });
  const listed = { scope: 'platform', rangeId: 'r1', reason: 'whitelisted-platform' };
  for (const [address, id] of [
    ['a', '1'],
    ['b', '2'],
    ['a', '3'],
    ['c', '4'],
  ] as const)
    hear(heard({ ...listed, clientIp: `203.0.113.${address}`, conversation: id }));
  hear(heard({ conversation: '9', subject: 'ann', clientIp: '203.0.113.a' }));
  t.same(
    found.map(({ kind, of }) => [kind, of]),
    [
      ['conversations.many_by_address', { address: '203.0.113.a', conversations: 2 }],
      ['conversations.many_by_range', { scope: 'platform', range: 'r1', conversations: 3 }],
    ],
  );
  t.equal(ranges.length, 4);
  for (const conversation of ['5', '6']) hear(heard({ clientIp: '203.0.113.0/24', conversation }));
  t.match(found.at(-1), { summary: /^Network 203.0.113.0\/24, /, of: { network: '203.0.113.0/24' } });
  hear(heard({ outcome: 'unavailable', reason: 'log-unavailable' }));
  t.equal(found.at(-1)?.kind, 'log.unavailable');
  t.end();
});

t.test('the first use of a range is what the record knows no earlier one of', async (t) => {
  const found: Finding[] = [];
  const asked: string[] = [];
  const first = createFirstUse({
    raise: (finding) => void found.push(finding),
    usedBefore: async (_scope, rangeId) => {
      asked.push(rangeId);
      if (rangeId === 'unknown' && asked.length < 4) throw new Error('the record cannot be asked');
      return rangeId === 'old';
    },
  });
  for (const range of ['new', 'new', 'old', 'unknown']) first('platform', range, heard({}));
  await settled();
  t.same(asked, ['new', 'old', 'unknown'], 'asked once');
  first('platform', 'unknown', heard({ clientIp: '203.0.113.9' }));
  await settled();
  t.same(
    found.map(({ of }) => of),
    [
      { scope: 'platform', range: 'new', address: '' },
      { scope: 'platform', range: 'unknown', address: '203.0.113.9' },
    ],
    'and again where it could not be',
  );
});

const finding = (subject: string): Finding => ({
  ...{ kind: 'canary.found', subject, summary: `${subject} was found.`, of: { subject } },
});

t.test('an alert comes once for a subject within the time, is kept, counted and sent', async (t) => {
  const receiver = await startReceiver();
  let nowMs = Date.now();
  const alerts = createAlerts({ log: quiet, now: () => nowMs, everyMs: () => 60_000 });
  t.teardown(() => (alerts.close(), receiver.stop()));
  alerts.tell([{ name: 'a', url: receiver.url, secret, timeoutMs: 1_000 }]);
  for (const subject of ['x', 'x', 'y', 'x']) alerts.raise(finding(subject));
  await receiver.until(2);
  nowMs += 60_000;
  alerts.raise(finding('x'));
  await receiver.until(3);
  t.same(
    receiver.told.map(({ type, data, signed }) => [type, data['subject'], signed]),
    ['x', 'y', 'x'].map((subject) => ['canary.found', subject, true]),
  );
  t.match(await alerts.recent(), [{ of: { subject: 'x' } }, { of: { subject: 'y' } }, {}]);
  t.equal(alerts.counts().get('canary.found'), 3);
  t.match(await alerts.test(), [{ receiver: 'a', status: 204 }]);
});

t.test('what another gateway wrote is shown where it is known, and hides nothing else', async (t) => {
  const alert = {
    id: 'alert_1',
    kind: 'canary.found',
    at: '2026-01-01T00:00:00.000Z',
    summary: 'x',
    of: { canary: 'c' },
  };
  const texts = [
    'no JSON',
    '[]',
    JSON.stringify({ ...alert, kind: 'of.a.later.version' }),
    JSON.stringify({ ...alert, of: { canary: {} } }),
    JSON.stringify({ ...alert, id: 1 }),
    JSON.stringify(alert),
  ];
  const share: AlertShare = {
    claim: () => Promise.resolve(true),
    keep: () => Promise.resolve(),
    recent: () => Promise.resolve(texts),
  };
  const alerts = createAlerts({ log: quiet, now: Date.now, everyMs: () => 1, share });
  t.same(await alerts.recent(), [alert]);
  alerts.close();
});

t.test('a share that cannot be reached takes no alert away', async (t) => {
  const away = async (): Promise<never> => Promise.reject(new Error('away'));
  const share: AlertShare = { claim: away, keep: away, recent: away };
  const alerts = createAlerts({ log: quiet, now: Date.now, everyMs: () => 60_000, share });
  for (const subject of ['x', 'x']) alerts.raise(finding(subject));
  await settled();
  t.equal((await alerts.recent()).length, 1);
});

t.test('what waits for a receiver follows it to its new address', async (t) => {
  const receiver = await startReceiver();
  const alerts = createAlerts({ log: quiet, now: Date.now, everyMs: () => 60_000, firstRetryMs: 60_000 });
  t.teardown(() => (alerts.close(), receiver.stop()));
  const webhook = { name: 'a', url: 'http://127.0.0.1:1/', secret, timeoutMs: 1_000 };
  alerts.tell([webhook, { ...webhook, name: 'b' }]);
  alerts.raise(finding('x'));
  await settled();
  alerts.tell([{ ...webhook, url: receiver.url }]);
  await receiver.until(1);
  t.equal(receiver.told[0]?.data['subject'], 'x');
  t.equal(alerts.receivers().length, 1);
});
