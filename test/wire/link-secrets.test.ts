import t from 'tap';
import '../support/uncounted.ts';
import { startGateway } from '../support/gateway-process.ts';
import { adminToken, manage, soon } from './lease-scene.ts';
import {
  bare,
  bearerOf,
  core,
  filesIn,
  fillLinkLists,
  frame,
  linkConfig,
  listed,
  page,
  startLinkPlatform,
  stranger,
  upgrade,
  visit,
} from './link-scene.ts';

const secret = `Q7z${core.toUpperCase()}kTn9`;
/** One character of the core is encoded where it says so. */
const coded = secret.replace('W', '%57');
const twice = secret.replace('W', '%2557');
const printed = '/chat/printchat';

/** The link in spellings that some platform takes for it, or for what is near it. */
const spellings: readonly string[] = [
  `${printed}/17/${secret}`,
  `${printed}/17/${coded}`,
  `${printed}/17/${twice}`,
  `${printed}/17/${twice.replace('%25', '%2525')}`,
  `${printed}/17/%u0051${secret.slice(1)}`,
  `${printed}/17/${secret}/`,
  `${printed}/17/${secret}/below`,
  `${printed}/17/${secret}.html`,
  `${printed}/17/${secret};jsessionid=${secret}`,
  `${printed}/17;key=${secret}/${secret}`,
  `${printed};${secret}/17/${secret}`,
  `${printed}//17//${secret}`,
  `${printed}/./17/./${secret}`,
  `${printed}/17/../${secret}/x`,
  `${printed}/${secret}/x/../../17/${secret}`,
  `${printed}/17/x/../${secret}`,
  `${printed}/17%2f${secret}`,
  `${printed}/17%2f${secret}/x`,
  `${printed}/17%252f${secret}/x`,
  `${printed}/17%5c${secret}`,
  `/eng${printed}/17/${secret}`,
  `/index.php${printed}/17/${secret}`,
  `/eng/index.php${printed}/17/${secret}`,
  `/?x=index.php${printed}/17/${secret}`,
  `/index.php?${printed}/17/${secret}`,
  `/c.hat/Print@Chat/17/${secret}`,
  `/CHAT/PRINTCHAT/17/${secret.toLowerCase()}`,
  `/chat/%70rintchat/17/${secret}%00`,
  `${printed}/17/${secret}%20`,
  `${printed}/17/${secret}?back=${printed}/17/${secret}&${secret}`,
  `${printed}/17/${secret}?conversationId=${secret}`,
  `${printed}/17/${secret}?botId=${secret}`,
  `${printed}/17/x?hash=${secret}`,
  `${printed}/17/%ef%bc%b1${secret.slice(1)}`,
  `/both/17/${secret}`,
  `/both/17;${secret}`,
  `/both/17%2f${secret}`,
  `/own/${secret}`,
  `/file?sig=${secret}`,
  `/file?sig=${coded}&SIG=${secret}`,
  `/file;sig=${secret}`,
  `/look/17/${secret}`,
  `/look/17/../${secret}/17`,
  `/watched/17/${secret}`,
  `/desk/17/${secret}`,
];

const bot = 'support';
const routes = [
  { path: '{/:lang}/chat/printchat/:conversationId/:hash', bot, link: { key: 'hash', maxAgeSeconds: 3_600 } },
  { path: '/both/:conversationId{/:key}', bot, link: true },
  { path: '/own/:conversationId', bot, link: { key: 'conversationId' } },
  { path: '/file', bot: 'any', kind: 'file', link: { query: 'sig' } },
  { path: '/look/:conversationId/:key', lookup: 'chats', link: true },
  { path: '/watched/:conversationId/:key', bot: 'watched', link: true },
  { path: '/desk/:conversationId/:key', bot, members: 'platform', link: true },
];
const session = { name: 'desk', from: ['cookie:DESK'], check: { url: '/none' } };

const platform = await startLinkPlatform();
t.teardown(() => platform.stop());
const base = linkConfig(platform.url, routes, {
  lookups: { chats: { url: '/api/{conversationId}', bot: 'dep' } },
  canaries: [{ name: 'c', phrase: 'the transcript', action: 'alarm' }],
  log: { level: 'debug' },
});
const gateway = await startGateway({
  config: { ...base, identity: { ...base.identity, sessions: [session] } },
});
t.teardown(() => gateway.stop());
await fillLinkLists(gateway);

t.test('the key of a link is in nothing that is written, however it is spelled and answered', async (t) => {
  const outcomes = new Map<string, number>();
  const told: string[] = [];
  const note = async (...visiting: Parameters<typeof visit> extends [unknown, ...infer R] ? R : never) => {
    const answer = await visit(gateway, ...visiting);
    const name = `${String(answer.status)} ${answer.headers['x-gateway-reason'] ?? ''}`.trim();
    outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
    const own = answer.headers['x-gateway-reason'] !== undefined;
    if (own) told.push(`${visiting[0]}: ${answer.headers['location'] ?? ''} ${answer.body}`);
  };
  for (const target of spellings) {
    const with_ = (mood: string) => `${target}${target.includes('?') ? '&' : '?'}mood=${mood}`;
    await Promise.all([
      note(target, listed, ['Referer', `https://chat.example${target}`]),
      note(target, stranger),
      note(target, stranger, page),
      note(target, stranger, frame),
      note(target, stranger, bearerOf('other')),
      note(target, stranger, ['Cookie', 'DESK=1']),
      note(with_('gone'), stranger, bearerOf(bot)),
      note(with_('broken'), listed, page),
      note(with_('cut'), listed),
      note(with_('stream'), listed),
      note(target, listed, upgrade),
      note(target, listed, [...upgrade, 'Origin', 'https://elsewhere.example']),
      note(target, listed, [], 'POST'),
    ]);
  }
  for (const outcome of [
    '200',
    '101',
    '404',
    '500',
    '302 no-credential',
    '401 no-credential',
    '403 no-access',
  ])
    t.ok((outcomes.get(outcome) ?? 0) >= 5, `${outcome}: ${String(outcomes.get(outcome))} times`);
  for (const outcome of [
    '400 path-ambiguous',
    '502 upstream-unreachable',
    '503 lookup-unavailable',
    '503 platform-unproven',
  ])
    t.ok(outcomes.has(outcome), `${outcome} of ${[...outcomes.keys()].join(', ')}`);
  t.strictSame(
    told.filter((text) => bare(text.slice(text.indexOf(': '))).includes(core)),
    [],
    'what visitors are told',
  );

  await soon(1_500);
  const read = async (path: string, url = '/_gateway/api/v1') =>
    (
      await fetch(`${gateway.privateUrl}${url}${path}`, {
        headers: { authorization: `Bearer ${adminToken}` },
      })
    ).text();
  const activity = await read('/activity?limit=1000');
  t.ok(activity.split('"requestId"').length > 300, 'the record is not empty');
  const sources: [string, string][] = [
    ['activity', activity],
    ['lookup', await read('/lookup?q=17')],
    ['summary', await read('/activity/summary')],
    ['unguarded', await read('/unguarded')],
    ['changes', await read('/changes')],
    ['metrics', await read('/metrics', '')],
    ['log', gateway.text()],
    ...filesIn(gateway.dir),
  ];
  t.ok(sources.length > 9);
  t.ok(gateway.logs.filter(({ msg }) => msg === 'access').length > 400);
  t.ok(gateway.logs.some(({ msg }) => msg === 'ended') && gateway.logs.some(({ msg }) => msg === 'failed'));
  for (const [name, text] of sources) {
    const at = bare(text).indexOf(core);
    t.equal(at, -1, `${name} ${at < 0 ? '' : bare(text).slice(Math.max(0, at - 300), at + 60)}`);
  }
  t.match(activity, /"conversation":"17"/, 'what is no key is written');
});

t.test('explain reads the link, and does not say it', async (t) => {
  for (const target of spellings) {
    const text = JSON.stringify(await manage(gateway, 'POST', 'explain', { target, clientIp: listed }));
    t.equal(bare(text).includes(core), false, `${target} ${text}`);
  }
});
