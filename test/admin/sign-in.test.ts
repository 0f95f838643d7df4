import t from 'tap';
import { STATIC_TOKEN, SITE, contactToken, openScene, staffToken, superAdmin } from './scene.ts';
import type { Ask, Reply } from './scene.ts';

const SALES = '/whitelists/bot%3Asales';
const BODY = { start: '10.0.0.1', end: '10.0.0.1' };
const EXPLAIN = { target: '/transcripts/sales/1', clientIp: '10.0.0.1' };

/** Every call, with a body that it takes. */
const CALLS: readonly (readonly [string, string, unknown?])[] = [
  ['GET', '/whitelists'],
  ['GET', SALES],
  ['PATCH', SALES, { enabled: true }],
  ['POST', `${SALES}/ranges`, BODY],
  ['PUT', `${SALES}/ranges/0123456789abcdef`, BODY],
  ['DELETE', `${SALES}/ranges/0123456789abcdef`],
  ['POST', `${SALES}/review`, { ids: ['0123456789abcdef'], action: 'remove', reason: 'x' }],
  ['POST', `${SALES}/import`, { ranges: [BODY] }],
  ['POST', `${SALES}/import?dryRun=true`, { ranges: [BODY] }],
  ['GET', '/changes'],
  ['GET', '/changes/1'],
  ['POST', '/changes/1/revert'],
  ['POST', '/explain', EXPLAIN],
  ['POST', '/identity', { credential: 'a-credential' }],
  ['GET', '/activity'],
  ['GET', '/me'],
  ['GET', '/replicas'],
  ['GET', '/no-such-call'],
  ['POST', '/no-such-call', {}],
];

const cookie = { cookie: `session=${superAdmin}` };
const json = { 'content-type': 'application/json' };

const ORIGINS: readonly (readonly [string, number, Record<string, string>])[] = [
  ['nothing', 403, {}],
  ['Sec-Fetch-Site: same-origin', 200, { 'sec-fetch-site': 'same-origin' }],
  ['Sec-Fetch-Site: same-site', 403, { 'sec-fetch-site': 'same-site' }],
  ['Sec-Fetch-Site: cross-site', 403, { 'sec-fetch-site': 'cross-site' }],
  ['Sec-Fetch-Site: none', 403, { 'sec-fetch-site': 'none' }],
  ['cross-site, with our Origin', 403, { 'sec-fetch-site': 'cross-site', origin: SITE }],
  ['our Origin', 200, { origin: SITE }],
  ['a foreign Origin', 403, { origin: 'https://evil.example' }],
  ['an Origin that begins like ours', 403, { origin: `${SITE}.evil.example` }],
  ['an Origin without its scheme', 403, { origin: 'chat.example.com' }],
  ['our Origin over plain HTTP', 403, { origin: 'http://chat.example.com', host: 'chat.example.com' }],
  ['our Origin with a path', 403, { origin: `${SITE}/x` }],
  ['Origin: null', 403, { origin: 'null' }],
  ['a Referer of ours', 403, { referer: `${SITE}/_gateway/` }],
];

void t.test('a write by cookie comes from a page of ours', async (t) => {
  const { publicCall } = await openScene(t);
  const writes = CALLS.filter(([method]) => method !== 'GET');
  for (const [what, status, headers] of ORIGINS) {
    const ask: Ask = { token: undefined, headers: { ...cookie, ...headers }, body: { enabled: true } };
    const answer = await publicCall('PATCH', SALES, ask);
    t.strictSame(
      [answer.status, answer.body.reason],
      [status, status === 200 ? undefined : 'cross-site'],
      what,
    );
  }
  for (const [method, path, body] of writes) {
    const headers = { ...cookie, 'sec-fetch-site': 'cross-site' };
    const answer = await publicCall(method, path, { token: undefined, headers, body: body ?? {} });
    t.strictSame([answer.status, answer.body.reason], [403, 'cross-site'], `${method} ${path}`);
  }
  t.equal(
    (await publicCall('GET', SALES, { token: undefined, headers: cookie })).status,
    200,
    'reading needs none',
  );
  const bearer = await publicCall('PATCH', SALES, { headers: { 'sec-fetch-site': 'cross-site' }, body: {} });
  t.equal(bearer.status, 200, 'no browser sends a bearer by itself');
});

void t.test('a write is JSON and says so', async (t) => {
  const { call, store } = await openScene(t);
  const types: readonly (readonly [string | undefined, number])[] = [
    ['application/json', 201],
    ['application/json; charset=utf-8', 409],
    ['text/plain', 415],
    ['application/x-www-form-urlencoded', 415],
    ['multipart/form-data; boundary=x', 415],
    ['text/plain; application/json', 415],
    ['application/json, text/plain', 415],
    ['application/json; charset=utf-16', 415],
    ['application/json-patch+json', 415],
    ['application/problem+json', 415],
    ['', 415],
  ];
  for (const [type, status] of types) {
    const answer = await call('POST', `${SALES}/ranges`, {
      body: BODY,
      headers: { 'content-type': type ?? '' },
    });
    t.equal(answer.status, status, String(type));
  }
  const zipped = await call('POST', `${SALES}/ranges`, {
    body: BODY,
    headers: { ...json, 'content-encoding': 'gzip' },
  });
  t.equal(zipped.status, 415);
  t.equal((await call('PATCH', SALES)).status, 415, 'no body and no type');
  t.equal((await store.scopes()).revision, 1);
});

void t.test('the static token, and every use of it in the log', async (t) => {
  const { call, said } = await openScene(t);
  const answer = await call('POST', `${SALES}/ranges`, { token: STATIC_TOKEN, body: BODY });
  t.match(answer, { status: 201, body: { createdBy: 'static-token' } });
  t.match((await call('GET', '/me', { token: STATIC_TOKEN })).body, {
    via: 'static-token',
    superAdmin: true,
  });
  const lines = said.filter((line) => line.includes('static admin token used'));
  t.equal(lines.length, 2);
  t.notOk(said.join('').includes(STATIC_TOKEN), 'the token itself is in no line');
});

void t.test('a pasted token becomes a session of this door', async (t) => {
  const { call, publicCall, said } = await openScene(t);
  const own = { 'sec-fetch-site': 'same-origin' };
  const paste = (token: unknown, headers: object = own): Promise<Reply> =>
    call('POST', '/session', { token: undefined, headers: { ...headers }, body: { token } });
  const opened = await paste(superAdmin);
  t.match(opened, { status: 200, body: { superAdmin: true, via: 'session', expiresAt: String } });
  const [set = ''] = opened.headers['set-cookie'] ?? [];
  t.match(set, /^gateway-admin=[^;]+; Max-Age=\d+; Path=\/_gateway; HttpOnly; SameSite=Strict$/);
  const session = { cookie: set.split(';')[0] ?? '' };
  t.match(await call('GET', '/me', { token: undefined, headers: session }), {
    status: 200,
    body: { via: 'session' },
  });
  const write = (headers: object): Promise<Reply> =>
    call('PATCH', SALES, { token: undefined, headers: { ...session, ...headers }, body: { enabled: true } });
  t.equal((await write({})).status, 403, 'like any cookie it needs a page of ours');
  t.equal((await write(own)).status, 200);

  const secure = await publicCall('POST', '/session', {
    token: undefined,
    headers: { origin: SITE },
    body: { token: superAdmin },
  });
  t.match(secure.headers['set-cookie'], [
    /^__Host-gateway-admin=[^;]+; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
  ]);
  t.equal(
    (await publicCall('GET', '/me', { token: undefined, headers: session })).status,
    401,
    'over TLS only the __Host- one counts',
  );

  t.match(await paste(staffToken({ bots: ['sales'] })), {
    status: 403,
    headers: { 'set-cookie': undefined },
  });
  t.match(
    await paste(contactToken({ contact_id: 'c' })),
    { status: 403 },
    'a token that belongs in a cookie is found out, too',
  );
  t.equal((await paste('garbage')).status, 401);
  t.equal((await paste('a b; c=d')).status, 401);
  t.equal((await paste(5)).status, 422);
  t.equal((await paste(superAdmin, {})).status, 403);
  t.equal((await paste(superAdmin, { origin: 'https://evil.example' })).status, 403);
  t.equal((await paste(superAdmin, { ...own, 'content-type': 'text/plain' })).status, 415);

  const pasted = await paste(STATIC_TOKEN);
  t.match(pasted, { status: 200, body: { principal: { kind: 'static-token' } } });
  const staticCookie = { cookie: `gateway-admin=${STATIC_TOKEN}` };
  t.equal((await call('GET', '/me', { token: undefined, headers: staticCookie })).status, 200);
  t.equal(said.filter((line) => line.includes('static admin token used')).length, 2);
  const left = await call('DELETE', '/session', { token: undefined, headers: { ...session, ...own } });
  t.match([left.status, left.headers['set-cookie']], [204, [/^gateway-admin=; Max-Age=0|^gateway-admin=;/]]);
  t.equal((await call('DELETE', '/session', { token: undefined, headers: session })).status, 403);
});
