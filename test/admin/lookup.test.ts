import t from 'tap';
import { record } from './events.ts';
import { openScene, owner, superAdmin } from './scene.ts';
import type { Reply, Scene } from './scene.ts';

type Listed = readonly Record<string, unknown>[];

/** What was found, in short: `scope start` of ranges, request ids of decisions, and what was seen as what. */
function short({ status, body }: Reply): string {
  if (status !== 200) return String(status);
  const ranges = (body.ranges as Listed).map(({ scope, start }) => `${String(scope)} ${String(start)}`);
  const decisions = (body.decisions as Listed).map((one) => idOf(one['event'] as Listed[number]));
  const seen = (body.seen as Listed).map(
    ({ as, events }) => `${String(as)} ${(events as Listed).map(idOf).join('')}`,
  );
  const bot = body.bot === undefined ? [] : [(body.bot as Listed[number])['scope']];
  return [...ranges, decisions.join(''), ...bot, ...seen].filter((one) => one !== '').join(', ');
}

const idOf = ({ requestId }: Listed[number]): string => String(requestId).at(-1) ?? '';

async function fill(scene: Scene): Promise<string> {
  const put = (scope: string, start: string, end: string, more = {}) =>
    scene.call('POST', `/whitelists/${scope}/ranges`, { body: { start, end, ...more } });
  await put('platform', '192.0.2.0', '192.0.2.255');
  await put('bot%3Aother', '192.0.2.7', '192.0.2.7');
  const own = await put('bot%3Asales', '192.0.2.0', '192.0.2.15', { note: 'the office' });
  await scene.call('PATCH', '/whitelists/bot%3Asales', { body: { enabled: true } });
  const rangeId = String(own.body.id);
  const route = '/transcripts/:botId/:conversationId';
  const office = {
    atMs: Date.now() - 1000,
    bot: 'sales',
    scope: 'bot:sales',
    rangeId,
    route,
    clientIp: '192.0.2.9',
  };
  record(scene, [
    { ...office, requestId: 'abcdef01-1', outcome: 'forward', reason: 'whitelisted-bot', conversation: '7' },
    {
      bot: 'sales',
      requestId: 'abcdef01-2',
      route,
      clientIp: '203.0.113.1',
      conversation: '7',
      atMs: Date.now(),
    },
    {
      bot: 'other',
      requestId: 'abcdef01-3',
      route,
      clientIp: '192.0.2.9',
      subject: 'ann',
      conversation: '7',
    },
    {
      bot: 'sales',
      requestId: 'abcdef02-4',
      clientIp: '2001:db8::1',
      clientIpStatus: 'ipv6',
      contact: 'ann',
    },
    { bot: undefined, requestId: 'abcdef02-5', subject: 'other' },
  ]);
  return rangeId;
}

void t.test('what a text names, and to an owner of their bots alone', async (t) => {
  const scene = await openScene(t);
  const rangeId = await fill(scene);
  const all = 'platform 192.0.2.0, bot:other 192.0.2.7, bot:sales 192.0.2.0';
  const table: readonly (readonly [q: string, superAdmin: string, owner: string])[] = [
    ['192.0.2.9', 'platform 192.0.2.0, bot:sales 192.0.2.0, address 31', 'bot:sales 192.0.2.0, address 1'],
    ['192.0.2.7', all, 'bot:sales 192.0.2.0'],
    ['192.0.2.0/24', `${all}, address 31`, 'bot:sales 192.0.2.0, address 1'],
    ['192.0.2.16 - 192.0.2.20', 'platform 192.0.2.0', ''],
    ['2001:db8::1', 'address 4', 'address 4'],
    ['abcdef01', '321', '21'],
    ['ABCDEF01-3', '3', ''],
    ['abcdef0', '', ''],
    [rangeId, 'bot:sales 192.0.2.0', 'bot:sales 192.0.2.0'],
    ['ann', 'subject 3, contact 4', 'contact 4'],
    ['7', 'conversation 321', 'conversation 21'],
    ['sales', 'bot:sales, bot 421', 'bot:sales, bot 421'],
    ['other', 'bot:other, subject 5, bot 3', ''],
    ['Sales', '', ''],
    ['nothing of all this', '', ''],
    ['', '400', '400'],
    ['x'.repeat(257), '400', '400'],
  ];
  for (const [q, everything, own] of table) {
    const found = (token: string): Promise<Reply> =>
      scene.call('GET', `/lookup?q=${encodeURIComponent(q)}`, { token });
    const sorted = (text: string): string => text.split(', ').sort().join(', ');
    t.equal(sorted(short(await found(superAdmin))), sorted(everything), `super admin: ${q}`);
    t.equal(sorted(short(await found(owner))), sorted(own), `owner: ${q}`);
  }
});

void t.test(
  'an address shows each range with its use, a request id what was decided and would be now',
  async (t) => {
    const scene = await openScene(t);
    const rangeId = await fill(scene);
    const { body } = await scene.call('GET', '/lookup?q=192.0.2.9');
    t.match(
      (body.ranges as Listed).find(({ scope }) => scope === 'bot:sales'),
      {
        id: rangeId,
        note: 'the office',
        createdBy: 'root (staff)',
        enabled: true,
        expired: false,
        uses: 1,
        lastUsedAt: String,
      },
    );
    t.match(
      (body.ranges as Listed).find(({ scope }) => scope === 'platform'),
      { enabled: false, uses: undefined },
    );
    const now = async (id: string, token = superAdmin): Promise<unknown> =>
      ((await scene.call('GET', `/lookup?q=${id}`, { token })).body.decisions as Listed)[0]?.['now'];
    const forward = { decision: { outcome: 'forward', reason: 'whitelisted-bot', range: { id: rangeId } } };
    t.match(await now('abcdef01-1'), forward, 'as then');
    t.match(await now('abcdef01-2'), { decision: { outcome: 'login', reason: 'no-credential' } });
    await scene.call('DELETE', `/whitelists/bot%3Asales/ranges/${rangeId}`);
    t.match(await now('abcdef01-1'), { decision: { outcome: 'login' } }, 'by the policy of now');
    t.equal(await now('abcdef02-4'), undefined, 'where the route is not known it cannot be told');
    await scene.call('PATCH', '/whitelists/platform', { body: { enabled: true } });
    const told = async (token: string): Promise<string> => JSON.stringify(await now('abcdef01-2', token));
    t.match(await told(superAdmin), 'platform');
    const steps = ((await now('abcdef01-2', owner)) as { steps: Listed }).steps;
    t.notOk(
      steps.some(({ scope }) => scope === 'platform'),
      'an owner does not hear of the platform’s list',
    );
    t.match(await now('abcdef01-1'), { decision: { outcome: 'forward', reason: 'whitelisted-platform' } });
  },
);
