import t, { type Test } from 'tap';
import '../support/uncounted.ts';
import { startGateway, type GatewayProcess } from '../support/gateway-process.ts';
import { startRedis } from '../support/redis.ts';
import { manage, soon } from './lease-scene.ts';
import {
  bearerOf,
  fillLinkLists,
  linkConfig,
  listed,
  page,
  startLinkPlatform,
  stranger,
  upgrade,
  visit,
} from './link-scene.ts';

const platform = await startLinkPlatform();
t.teardown(() => platform.stop());
const bot = 'support';
const maxAgeSeconds = 4;
const routes = [
  { path: '/chat/:conversationId{/:key}', bot, link: { maxAgeSeconds } },
  { path: '/watched/:key', bot: 'watched', link: { maxAgeSeconds } },
];

const short = async (gateway: GatewayProcess, ...visiting: [string, string, (readonly string[])?]) => {
  const answer = await visit(gateway, ...visiting);
  return `${String(answer.status)} ${answer.headers['x-gateway-reason'] ?? ''}`.trim();
};

async function start(t: Test, more: object = {}): Promise<GatewayProcess> {
  const gateway = await startGateway({ config: linkConfig(platform.url, routes, more) });
  t.teardown(() => gateway.stop());
  return gateway;
}

/** Says after how many milliseconds a stream over a link ends. */
async function streamEnds(gateway: GatewayProcess, path: string): Promise<number> {
  const headers = { 'x-forwarded-for': listed };
  const since = performance.now();
  const answer = await fetch(`${gateway.publicUrl}${path}?mood=stream`, { headers });
  await answer.text().catch(() => undefined);
  return performance.now() - since;
}

t.test('an address opens a link with its key, for its time; a login as ever', async (t) => {
  const gateway = await start(t);
  await fillLinkLists(gateway);
  const at = (target: string, from = listed, headers: readonly string[] = []) =>
    short(gateway, target, from, headers);
  t.equal(await at('/chat/1'), '401 no-credential', 'without its key the address opens nothing');
  t.equal(await at('/chat/1/'), '401 no-credential');
  t.equal(await at('/chat/1', listed, bearerOf(bot)), '200', 'a member needs none');
  t.equal(await at('/chat/1/abc', stranger), '401 no-credential', 'nor is the key enough');
  t.equal(await at('/chat/1/abc'), '200');
  const stream = streamEnds(gateway, '/chat/1/abc');
  t.equal(await at('/chat/1/abc', listed, upgrade), '101');
  await soon(maxAgeSeconds * 1_000);
  const took = await stream;
  t.ok(took > 2_000 && took < (maxAgeSeconds + 2) * 1_000, `a stream ends with it: ${String(took)}`);
  for (const target of [
    '/chat/1/abc',
    '/chat/1/ABC',
    '/chat/1/%61bc',
    '/chat/2/abc',
    '/chat/1/abc.html',
    '/chat/1/abc;x=y',
    '/chat/1/x/../abc',
    '/index.php/chat/1/abc',
    '/chat/1/abc/below',
  ])
    t.equal(await at(target), '403 link-expired', target);
  t.equal(await at('/chat/1/abc', listed, upgrade), '403 link-expired');
  t.equal(await at('/chat/1/abc', listed, bearerOf(bot)), '200', 'a member');
  t.equal(await at('/chat/1/abc', listed, bearerOf('other')), '403 link-expired');
  t.equal(await at('/chat/1/abc', stranger), '401 no-credential', 'a stranger hears nothing of it');
  t.equal(await at('/chat/1/def'), '200', 'another link is another');
  const told = await visit(gateway, '/chat/1/abc', listed, page);
  t.match(told.body, /good for a certain time/);
  t.match(told.body, /login\.example\/in\?return_to=https%3A%2F%2Fchat%2Eexample%2F_gateway%2Freturn%2F/);
});

t.test('a preflight begins no link’s time', async (t) => {
  const gateway = await start(t);
  await fillLinkLists(gateway);
  const preflight = ['Origin', 'https://other.example', 'Access-Control-Request-Method', 'GET'];
  t.equal(
    (await visit(gateway, '/chat/1/asked', listed, preflight, 'OPTIONS')).status,
    200,
    'it is forwarded',
  );
  await soon(maxAgeSeconds * 1_000 + 500);
  t.equal(await short(gateway, '/chat/1/asked', listed), '200', 'its time begins when it opens something');
});

t.test('mode report only says it', async (t) => {
  const gateway = await start(t);
  await fillLinkLists(gateway);
  await manage(gateway, 'POST', 'whitelists/bot%3Awatched/ranges', { start: listed, end: listed });
  await manage(gateway, 'PATCH', 'whitelists/bot%3Awatched', { enabled: true });
  t.equal(await short(gateway, '/watched/abc', listed), '200');
  await soon(maxAgeSeconds * 1_000);
  t.equal(await short(gateway, '/watched/abc', listed), '200');
  await gateway.line(
    ({ msg, reason, enforced }) => msg === 'access' && reason === 'link-expired' && enforced === false,
  );
});

t.test('one truth for several gateways, over a restart, and unknown while the store is away', async (t) => {
  const redis = await startRedis();
  t.teardown(() => redis.stop());
  const more = { store: { redis: { url: redis.url } } };
  const [one, other] = [await start(t, more), await start(t, more)];
  await fillLinkLists(one);
  await soon(300);
  t.equal(await short(one, '/chat/1/abc', listed), '200');
  await soon(maxAgeSeconds * 1_000);
  t.equal(
    await short(other, '/chat/1/abc', listed),
    '403 link-expired',
    'another gateway, which never saw it',
  );
  const third = await start(t, more);
  let said = '';
  for (let n = 0; n < 50 && !said.startsWith('403'); n++) {
    said = await short(third, '/chat/1/abc', listed);
    await soon(100);
  }
  t.equal(said, '403 link-expired', 'a new one, once it has the policy');
  t.equal(await short(one, '/chat/1/def', listed), '200');
  redis.freeze(true);
  t.equal(await short(other, '/chat/1/def', listed), '503 links-unavailable', 'not known there');
  t.equal(await short(one, '/chat/1/def', listed), '200', 'known here');
  t.equal(await short(other, '/chat/1/def', listed, bearerOf(bot)), '200', 'a login needs no age');
  redis.freeze(false);
});

t.test('the embedded store keeps it over a restart', async (t) => {
  const gateway = await startGateway({ config: linkConfig(platform.url, routes) });
  await fillLinkLists(gateway);
  t.equal(await short(gateway, '/chat/1/abc', listed), '200');
  await gateway.kill();
  await soon(maxAgeSeconds * 1_000);
  const again = await startGateway({
    config: linkConfig(platform.url, routes, { store: { file: `${gateway.dir}/data` } }),
  });
  t.teardown(() => again.stop());
  t.equal(await short(again, '/chat/1/abc', listed), '403 link-expired');
  t.equal(await short(again, '/chat/1/new', listed), '200');
});

t.test('who signs in elsewhere comes back to the link, and the login page is not told of it', async (t) => {
  const gateway = await start(t);
  await fillLinkLists(gateway);
  const sent = await visit(gateway, '/chat/1/abc?x=1', stranger, page);
  t.equal(sent.status, 302);
  const back = /return_to=([^&]*)/.exec(sent.headers['location'] ?? '')?.[1] ?? '';
  const path = new URL(decodeURIComponent(back)).pathname;
  t.match(path, /^\/_gateway\/return\/[0-9a-f]{8}$/);
  const cookie = sent.headers['set-cookie'] ?? '';
  t.match(cookie, new RegExp(`; Path=${path}; Max-Age=1800; HttpOnly; SameSite=Lax; Secure$`));
  const mine = ['Cookie', `a=b; ${cookie.split(';')[0] ?? ''}`];
  const came = await visit(gateway, path, stranger, mine);
  t.match(came, {
    status: 302,
    headers: { location: '/chat/1/abc?x=1', 'referrer-policy': 'no-referrer', 'set-cookie': /Max-Age=0/ },
  });
  t.equal(await short(gateway, path, stranger), '404 not-found', 'another browser');
  const name = `gateway-return-${path.slice(-8)}`;
  for (const [to, expected] of [
    ['//evil.example/x', '/.//evil.example/x'],
    ['https://evil.example/', undefined],
    ['/_gateway/api', undefined],
    ['/x\r\nSet-Cookie: a=b', undefined],
    ['', undefined],
  ] as const) {
    const forged = ['Cookie', `${name}=${Buffer.from(to).toString('base64url')}`];
    t.equal((await visit(gateway, path, stranger, forged)).headers['location'], expected, to);
  }
  t.equal(await short(gateway, '/_gateway/return/xyz', stranger), '404 not-found');
  for (const [target, expected] of [
    [`/chat/1/abc?x=${'x'.repeat(4_000)}`, '/chat/1/abc'],
    [`/chat/1/${'x'.repeat(4_000)}`, '/'],
  ] as const) {
    const long = (await visit(gateway, target, stranger, page)).headers['set-cookie'] ?? '';
    const [pair = '', at = ''] = long.split('; Path=').map((part) => part.split(';')[0] ?? '');
    t.ok(pair.length < 4_096, 'browsers drop longer ones');
    t.equal((await visit(gateway, at, stranger, ['Cookie', pair])).headers['location'], expected);
  }
  const api = await visit(gateway, '/chat/1/abc', stranger);
  t.equal(api.headers['set-cookie'], undefined, 'nothing is set where nobody is sent anywhere');
});
