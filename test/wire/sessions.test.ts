import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import t from 'tap';
import '../support/uncounted.ts';
import { startGateway, type GatewayProcess } from '../support/gateway-process.ts';
import { signInAt, startSessionPlatform } from '../support/platform.ts';
import { startRedis } from '../support/redis.ts';

const platform = await startSessionPlatform();
t.teardown(() => platform.stop());

const adminToken = 'an-admin-token-of-the-test';
const configFor = (url: string, more: Readonly<Record<string, unknown>> = {}) => ({
  upstream: { url },
  routes: [
    { path: '/transcripts/:botId/:conversationId' },
    { path: '/desk/:botId/:conversationId', members: 'platform' },
  ],
  identity: {
    strangerTestSeconds: 5,
    sessions: [
      {
        name: 'desk',
        from: ['cookie:PHPSESSID'],
        check: { url: '/api/me', timeoutMs: 5_000 },
        claims: { subject: 'body.id', bots: 'body.departments[].id' },
        ends: [{ path: '/logout' }],
      },
    ],
  },
  trustedProxies: { cidrs: ['127.0.0.1/32'] },
  admin: { token: adminToken },
  ...more,
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const listed = '203.0.113.7';

/** Status, and the gateway's reason where it refused. */
async function get(gateway: GatewayProcess, path: string, cookie = '', from = '192.0.2.9'): Promise<string> {
  const headers = { cookie, 'x-forwarded-for': from };
  const answer = await fetch(`${gateway.publicUrl}${path}`, { headers, redirect: 'manual' });
  await answer.text();
  return [answer.status, answer.headers.get('x-gateway-reason')].filter((part) => part !== null).join(' ');
}

async function fillList(gateway: GatewayProcess): Promise<void> {
  const call = (method: string, path: string, body: object) =>
    fetch(`${gateway.privateUrl}/_gateway/api/v1/whitelists/bot%3Asupport${path}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  await call('POST', '/ranges', { start: listed, end: listed });
  await call('PATCH', '', { enabled: true });
}

/** Milliseconds until a running stream of events ends, from when `end` was done. */
async function endOf(gateway: GatewayProcess, path: string, cookie: string, end: () => Promise<unknown>) {
  const headers = { cookie, 'x-forwarded-for': '192.0.2.9' };
  const answer = await fetch(`${gateway.publicUrl}${path}`, { headers });
  const over = answer.text().catch(() => 'broken off');
  await pause(1_200);
  await end();
  const since = performance.now();
  await over;
  return performance.now() - since;
}

t.test('opaque sessions, on the wire', async (t) => {
  const gateway = await startGateway({ config: configFor(platform.url) });
  t.teardown(() => gateway.stop());
  await fillList(gateway);
  const transcript = '/transcripts/support/1001';
  const agent = await signInAt(gateway.publicUrl, 'agent');
  const newcomer = await signInAt(gateway.publicUrl, 'newcomer');
  const rows: readonly (readonly [string, string, string, string?])[] = [
    ['an agent', agent, '200'],
    ['a colleague without access', newcomer, '403 no-access'],
    ['a stranger', '', '401 no-credential'],
    ['a made-up session', 'PHPSESSID=0123', '401 no-credential'],
    ['a stranger from a listed address', '', '200', listed],
    ['a made-up session from there', 'PHPSESSID=0124', '200', listed],
  ];
  for (const [name, cookie, expected, from] of rows)
    t.equal(await get(gateway, transcript, cookie, from), expected, name);

  await t.test('the platform is down for its own calls', async (t) => {
    await platform.mood('status:500');
    t.equal(
      await get(gateway, transcript, 'PHPSESSID=0125'),
      '503 sessions-unavailable',
      'it cannot be known',
    );
    t.equal(await get(gateway, transcript, 'PHPSESSID=0126', listed), '200', 'it does not matter');
    t.equal(await get(gateway, transcript, agent), '200', 'it is known already');
    t.match(await (await fetch(`${gateway.privateUrl}/readyz`)).json(), { degraded: true });
    await platform.mood('well');
  });

  await t.test('a stream ends within two seconds of the sign-out', async (t) => {
    const events = `${transcript}/events?count=100&everyMs=200`;
    const signOut = () => get(gateway, '/logout', agent);
    const ms = await endOf(gateway, events, agent, signOut);
    t.ok(ms < 2_000 + 500, `${ms} ms`);
    t.equal(await get(gateway, transcript, agent), '401 session-ended');
    await signInAt(gateway.publicUrl, 'agent', agent);
    t.equal(await get(gateway, transcript, agent), '200', 'the same id, signed in again');
  });

  await t.test('explain says what was asked, what came, and what each expression gave', async (t) => {
    const chief = await signInAt(gateway.publicUrl, 'seller');
    const answer = await fetch(`${gateway.privateUrl}/_gateway/api/v1/explain`, {
      method: 'POST',
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ target: transcript, clientIp: '192.0.2.9', headers: { cookie: chief } }),
    });
    const text = await answer.text();
    t.match(text, /GET http:\/\/127\.0\.0\.1:\d+\/api\/me/);
    t.match(text, /signedIn \(status == `200`\) gives true/);
    t.match(text, /bots \(body\.departments\[\]\.id\) gives \[\\"sales\\"\]/);
    t.match(text, /remembered for 30 s/);
    t.notMatch(text, new RegExp(chief.split('=')[1] ?? ''), 'never the credential itself');
  });

  const metrics = await (await fetch(`${gateway.privateUrl}/metrics`)).text();
  t.match(metrics, /gateway_session_checks_total\{session="desk",result="failed"\} [1-9]/);
  t.match(metrics, /gateway_session_ends_total\{session="desk"\} 1\n/);
});

t.test('what the platform decides itself', async (t) => {
  let open = false;
  let asked = 0;
  /** Shows its desk to whoever is signed in and, once something is wrong with it, to everybody. */
  const desk = createServer((request, response) => {
    if (request.headers['user-agent']?.includes('stranger') === true) asked += 1;
    const known = open || request.headers.cookie === 'PHPSESSID=good';
    response.writeHead(known ? 200 : 302, known ? {} : { Location: '/login' }).end('a transcript');
  }).listen(0, '127.0.0.1');
  await once(desk, 'listening');
  t.teardown(() => desk.close());
  const address = desk.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const gateway = await startGateway({ config: configFor(url) });
  t.teardown(() => gateway.stop());
  await fillList(gateway);
  const path = '/desk/support/1001';
  t.equal(await get(gateway, path), '401 no-credential', 'a stranger');
  t.equal(asked, 0);
  t.equal(await get(gateway, path, 'PHPSESSID=good'), '200', 'a session');
  t.ok(asked >= 2, 'after the platform was asked as a stranger, with nothing and with something made up');
  t.equal(await get(gateway, path, 'PHPSESSID=bad'), '302', 'the platform’s own refusal');
  t.equal(await get(gateway, path, '', listed), '302', 'an address: the platform is asked without a session');

  open = true;
  await gateway.line(({ level, msg }) => level === 50 && String(msg).includes('shows strangers'));
  t.equal(await get(gateway, path, 'PHPSESSID=good'), '503 platform-unproven', 'shut where it is open');
  t.equal(await get(gateway, path, '', listed), '200', 'an address opens it still');
  t.match(await (await fetch(`${gateway.privateUrl}/readyz`)).json(), { ready: true, degraded: true });
  t.match(
    await (await fetch(`${gateway.privateUrl}/metrics`)).text(),
    /gateway_delegation_shut\{route="\/desk[^}]*\} 1\n/,
  );

  open = false;
  writeFileSync(
    gateway.configFile,
    `${JSON.stringify({ ...configFor(url), public: { port: 0 }, private: { port: 0 }, store: { file: `${gateway.dir}/data` } })}\n`,
  );
  gateway.signal('SIGHUP');
  await gateway.line(({ msg }) => String(msg).includes('refuses strangers again'));
  t.equal(await get(gateway, path, 'PHPSESSID=good'), '200', 'a reload asks again');
});

t.test('a route is shut from its first request on where the platform shows it to strangers', async (t) => {
  const gateway = await startGateway({
    config: configFor(platform.url, {
      routes: [{ path: '/transcripts/:botId/:conversationId', members: 'platform' }],
    }),
  });
  t.teardown(() => gateway.stop());
  t.equal(await get(gateway, '/transcripts/support/1001', 'PHPSESSID=x'), '503 platform-unproven');
});

t.test('a sign-out on one gateway is known on the other', async (t) => {
  const redis = await startRedis();
  t.teardown(() => redis.stop());
  const config = configFor(platform.url, { store: { redis: { url: redis.url } } });
  const [one, two] = await Promise.all([startGateway({ config }), startGateway({ config })]);
  t.teardown(() => Promise.all([one.stop(), two.stop()]));
  const agent = await signInAt(one.publicUrl, 'agent');
  const path = '/transcripts/support/1001';
  t.equal(await get(one, path, agent), '200');
  t.equal(await get(two, path, agent), '200');
  const ms = await endOf(two, `${path}/events?count=200&everyMs=200`, agent, () =>
    get(one, '/logout', agent),
  );
  t.ok(ms < 2_500, `its stream ended after ${ms} ms`);
  t.equal(await get(two, path, agent), '401 session-ended');

  await redis.kill();
  await Promise.all(
    [one, two].map(({ line }) => line((entry) => entry['msg'] === 'Redis cannot be reached')),
  );
  await pause(1_000);
  for (const gateway of [one, two])
    t.equal(await get(gateway, '/'), '200', 'without Redis the platform goes on');
});
