import t from 'tap';
import { record } from './events.ts';
import { openScene } from './scene.ts';
import type { Scene } from './scene.ts';

type Listed = readonly Record<string, unknown>[];

const route = '/transcripts/:botId/:conversationId';
const login = { outcome: 'login', reason: 'no-credential', route, bot: 'sales', conversation: '7' };

/** Visits of which only the network is recorded, and one of the first address of another network, recorded whole. */
function fill(scene: Scene): void {
  const at = (minutesAgo: number) => ({ atMs: Date.now() - minutesAgo * 60_000 });
  record(scene, [
    { ...at(9), ...login, requestId: 'aaaaaaaa-1', clientIp: '203.0.113.0' },
    {
      ...at(8),
      ...login,
      requestId: 'aaaaaaaa-2',
      clientIp: '198.51.100.0',
      asked: 'transcript w anonymous:no-credential',
    },
    { ...at(7), ...login, requestId: 'aaaaaaaa-3', clientIp: '2001:db8::', clientIpStatus: 'ipv6' },
  ]);
}

const put = (scene: Scene, start: string, end: string) =>
  scene.call('POST', '/whitelists/bot%3Asales/ranges', { body: { start, end } });

async function places(scene: Scene): Promise<readonly unknown[]> {
  const { body } = await scene.call('GET', '/refusals');
  return (body.refusals as Listed).map(({ address, newest }) => {
    const network = (newest as Listed[number])['clientNetwork'];
    return network === undefined ? address : [address, network];
  });
}

/** What is said of a request: what it would be answered now, where that can be told. */
async function now(scene: Scene, id: string): Promise<unknown> {
  const { body } = await scene.call('GET', `/lookup?q=${id}`);
  const [found] = body.decisions as readonly { now?: { decision: { reason: string } } }[];
  return found?.now?.decision.reason;
}

void t.test('a part of an address is taken for the network that it stands for', async (t) => {
  const scene = await openScene(t);
  fill(scene);
  const [ipv6, whole, network] = [
    ['2001:db8::', '2001:db8::/48'],
    '198.51.100.0',
    ['203.0.113.0', '203.0.113.0/24'],
  ];
  t.same(await places(scene), [ipv6, whole, network]);
  await scene.call('PATCH', '/whitelists/bot%3Asales', { body: { enabled: true } });
  t.equal(await now(scene, 'aaaaaaaa-1'), 'no-credential', 'nobody of it would come in');
  await put(scene, '203.0.113.0', '203.0.113.10');
  await put(scene, '198.51.100.0', '198.51.100.0');
  t.same(
    await places(scene),
    [ipv6, network],
    'a part of the network is listed: whether the visitor is cannot be told',
  );
  t.equal(await now(scene, 'aaaaaaaa-1'), undefined);
  t.equal(await now(scene, 'aaaaaaaa-2'), 'whitelisted-bot', 'a whole address is judged as one');
  await put(scene, '203.0.113.12', '203.0.113.255');
  t.same(await places(scene), [ipv6, network], 'both ends are listed, and one between them is not');
  await put(scene, '203.0.113.11', '203.0.113.11');
  t.same(await places(scene), [ipv6], 'all of it is listed, by three ranges');
  t.equal(await now(scene, 'aaaaaaaa-1'), 'whitelisted-bot');
});

void t.test('where addresses are shortened, that is said', async (t) => {
  const scene = await openScene(t, { shownAddress: (address) => address.replace(/\d+$/, '0') });
  fill(scene);
  const found = await scene.call('GET', '/lookup?q=203.0.113.9');
  t.match(found.body, {
    seen: [{ as: 'address', value: '203.0.113.0/24', events: [{ clientNetwork: '203.0.113.0/24' }] }],
  });
  const summary = await scene.call('GET', '/activity/summary');
  t.match(
    (summary.body.top as { addresses: Listed }).addresses.map(({ name, network }) => [name, network]),
    [
      ['203.0.113.0', '203.0.113.0/24'],
      ['198.51.100.0', '198.51.100.0/24'],
      ['2001:db8::', '2001:db8::/48'],
    ],
  );
  const body = { scope: 'bot:sales', changes: { settings: { enabled: true } } };
  const { says } = (await scene.call('POST', '/forecast', { body })).body as { says: string[] };
  t.match(says.at(-1), /^2 recorded visits cannot be judged again, and are left out: only the network/);
});
