import t from 'tap';
import { record } from './events.ts';
import { openScene, owner, superAdmin } from './scene.ts';
import type { Reply, Scene } from './scene.ts';

type Listed = readonly Record<string, unknown>[];

/** `address bot count` of each group. */
function short({ status, body }: Reply): readonly string[] {
  if (status !== 200) return [String(status)];
  return (body.refusals as Listed).map(
    ({ address, bot, count }) => `${String(address)} ${String(bot)} ${String(count)}`,
  );
}

const nowMs = Date.now();
const route = '/transcripts/:botId/:conversationId';
const login = { outcome: 'login', reason: 'no-credential', route, bot: 'sales' };
const pass = { outcome: 'forward', reason: 'bot-access', bot: 'sales', subject: 'bea' };

async function fill(scene: Scene): Promise<void> {
  await scene.call('POST', '/whitelists/bot%3Asales/ranges', {
    body: { start: '203.0.113.5', end: '203.0.113.5' },
  });
  await scene.call('PATCH', '/whitelists/bot%3Asales', { body: { enabled: true } });
  const at = (minutesAgo: number) => ({ atMs: nowMs - minutesAgo * 60_000 });
  record(scene, [
    { ...at(90), ...login, clientIp: '203.0.113.1' },
    { ...at(80), reason: 'no-access', clientIp: '203.0.113.1', subject: 'ann', route },
    { ...at(70), reason: 'no-access', clientIp: '203.0.113.1', subject: 'bob', route },
    { ...at(60), reason: 'no-access', clientIp: '203.0.113.1', bot: 'other', subject: 'ann' },
    { ...at(50), ...login, clientIp: '203.0.113.2' },
    { ...at(49), ...pass, clientIp: '203.0.113.2' },
    { ...at(48), ...pass, clientIp: '203.0.113.3' },
    { ...at(47), ...login, reason: 'session-expired', clientIp: '203.0.113.3' },
    { ...at(46), ...login, clientIp: '203.0.113.4', enforced: false, mode: 'report' },
    { ...at(45), ...login, clientIp: '203.0.113.5' },
    { ...at(44), reason: 'path-ambiguous', clientIp: '203.0.113.6' },
    { ...at(43), ...login, reason: 'token-invalid', clientIp: '203.0.113.6' },
    { ...at(42), outcome: 'unavailable', reason: 'keys-unavailable', clientIp: '203.0.113.6' },
    { ...at(41), ...login, clientIp: '2001:db8::1', clientIpStatus: 'ipv6' },
    { ...at(40), ...login, clientIpStatus: 'unknown' },
    { ...at(39), reason: 'bot-unresolved', bot: undefined, clientIp: '203.0.113.6' },
    { ...at(3 * 24 * 60), ...login, clientIp: '203.0.113.7' },
  ]);
}

const ofSales = [
  ...['2001:db8::1 sales 1', '203.0.113.3 sales 1'],
  ...['203.0.113.1 sales 3', '203.0.113.7 sales 1'],
];

void t.test('who was turned away and has not come in since, by address and bot', async (t) => {
  const scene = await openScene(t);
  await fill(scene);
  const all = await scene.call('GET', '/refusals');
  t.same(short(all), [...ofSales.slice(0, 2), '203.0.113.1 other 1', ...ofSales.slice(2)]);
  t.match((all.body.refusals as Listed)[3], {
    first: new Date(nowMs - 90 * 60_000).toISOString(),
    last: new Date(nowMs - 70 * 60_000).toISOString(),
    subjects: ['bob', 'ann'],
    newest: { reason: 'no-access', subject: 'bob' },
  });
  const asked = async (query: string, token = superAdmin): Promise<readonly string[]> =>
    short(await scene.call('GET', `/refusals${query}`, { token }));
  t.same(await asked('', owner), ofSales, 'an owner hears of their bots');
  t.same(await asked('?bot=other', owner), ['403']);
  t.same(await asked('?bot=other'), ['203.0.113.1 other 1']);
  t.same(await asked('?days=1&bot=sales'), ofSales.slice(0, 3));
  t.same(await asked('?address=203.0.113.0/30&bot=sales'), ofSales.slice(1, 3));
  t.match((await scene.call('GET', '/refusals?limit=2')).body, { more: true, refusals: { length: 2 } });
  for (const bad of ['?days=0', '?address=nowhere', '?dismissed=maybe', '?outcome=deny'])
    t.same(await asked(bad), ['400'], bad);
  await scene.call('POST', '/whitelists/bot%3Asales/ranges', {
    body: { start: '203.0.113.1', end: '203.0.113.1' },
  });
  t.same(
    await asked('?bot=sales'),
    ofSales.filter((one) => !one.startsWith('203.0.113.1 ')),
    'who would come in now is settled',
  );
});

void t.test('what an admin dismissed is dismissed for all of them, until it is recalled', async (t) => {
  const scene = await openScene(t);
  await fill(scene);
  const settle = (what: string, body: object, token = superAdmin): Promise<Reply> =>
    scene.call('POST', `/refusals/${what}`, { body, token });
  const place = { address: '203.0.113.3', bot: 'sales' };
  const done = await settle('dismiss', place, owner);
  t.match(done, { status: 200, body: { ...place, dismissed: true } });
  const open = short(await scene.call('GET', '/refusals?bot=sales'));
  t.same(
    open,
    ofSales.filter((one) => one !== '203.0.113.3 sales 1'),
    'for the super admin, too',
  );
  record(scene, [{ atMs: nowMs - 1000, ...login, clientIp: '203.0.113.3' }]);
  const { body } = await scene.call('GET', '/refusals?dismissed=true');
  t.match(body, {
    dismissedCount: 1,
    refusals: [{ ...place, count: 2, dismissed: { by: 'olga (staff)', at: String } }],
  });
  t.same(short(await scene.call('GET', '/refusals?bot=sales')), open, 'it does not come back by itself');
  await settle('recall', place);
  t.same(short(await scene.call('GET', '/refusals?bot=sales')), ['203.0.113.3 sales 2', ...open]);
  const refused: readonly (readonly [body: object, status: number])[] = [
    [{ address: '203.0.113.1', bot: 'other' }, 403],
    [{ address: '203.0.113.1', bot: '.' }, 422],
    [{ address: 'nowhere', bot: 'sales' }, 422],
    [{ bot: 'sales' }, 422],
  ];
  for (const [wrong, status] of refused)
    for (const what of ['dismiss', 'recall'])
      t.equal((await settle(what, wrong, owner)).status, status, `${what} ${JSON.stringify(wrong)}`);
});
