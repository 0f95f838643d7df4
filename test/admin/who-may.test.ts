import t from 'tap';
import { lineOf, toRow } from '../../src/activity/event.ts';
import { seconds } from '../support/tokens.ts';
import {
  STATIC_TOKEN,
  SITE,
  contactToken,
  decided,
  openScene,
  owner,
  partnerToken,
  staffToken,
  superAdmin,
} from './scene.ts';
import type { Ask, Reply } from './scene.ts';

const SALES = '/whitelists/bot%3Asales';
const OTHER = '/whitelists/bot%3Aother';
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

const forged = (token: string): string => `${token.slice(0, -2)}${token.endsWith('AA') ? 'BB' : 'AA'}`;
const unsigned = (): string => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: 'https://issuer.example/', aud: 'transcript-gateway', sub: 'eve', exp: seconds(600) };
  return `${part({ alg: 'none' })}.${part({ ...claims, roles: ['super_admin'] })}.`;
};

const NOBODY: readonly (readonly [string, number, string, Ask])[] = [
  ['no token', 401, 'no-credential', { token: undefined }],
  ['a text that is no token', 401, 'token-invalid', { token: 'garbage' }],
  ['a forged signature', 401, 'token-invalid', { token: forged(superAdmin) }],
  ['no signature', 401, 'token-invalid', { token: unsigned() }],
  [
    'an expired token',
    401,
    'token-expired',
    { token: staffToken({ roles: ['super_admin'], exp: seconds(-120) }) },
  ],
  [
    'a stranger as issuer',
    401,
    'token-foreign',
    { token: staffToken({ iss: 'https://evil.example/', roles: ['super_admin'] }) },
  ],
  ['a member', 403, 'not-admin', { token: staffToken({ bots: ['sales'] }) }],
  [
    'a member of every bot',
    403,
    'not-admin',
    { token: staffToken({ bots: ['*', 'sales'], roles: ['member'] }) },
  ],
  [
    'another issuer’s super admin',
    403,
    'not-admin',
    { token: partnerToken({ roles: ['super_admin'], bots: ['sales'] }) },
  ],
  ['another issuer’s owner', 403, 'not-admin', { token: partnerToken({ owned_bots: ['sales'] }) }],
  [
    'a contact',
    403,
    'not-admin',
    { token: undefined, headers: { cookie: `widget=${contactToken({ contact_id: 'c1' })}` } },
  ],
  [
    'a contact who says super admin',
    403,
    'not-admin',
    {
      token: undefined,
      headers: { cookie: `widget=${contactToken({ contact_id: 'c1', roles: ['super_admin'] })}` },
    },
  ],
  [
    'a role that is like it',
    403,
    'not-admin',
    { token: staffToken({ roles: ['SUPER_ADMIN', 'super_admin2', ['super_admin']] }) },
  ],
  [
    'a role in another claim',
    403,
    'not-admin',
    { token: staffToken({ role: 'super_admin', scope: 'super_admin' }) },
  ],
  [
    'an expired session',
    401,
    'session-expired',
    {
      token: undefined,
      headers: { cookie: `session=${staffToken({ roles: ['super_admin'], exp: seconds(-120) })}` },
    },
  ],
  [
    'a bad bearer beside a good cookie',
    401,
    'token-invalid',
    { token: forged(superAdmin), headers: { cookie: `session=${superAdmin}` } },
  ],
  [
    'two Authorization headers',
    400,
    'bad-request',
    { token: undefined, headers: { authorization: [`Bearer ${superAdmin}`, 'Bearer x'] } },
  ],
  ['half the static token', 401, 'token-invalid', { token: STATIC_TOKEN.slice(1) }],
];

void t.test('nobody else sees or changes anything, on either door', async (t) => {
  const { call, publicCall, store } = await openScene(t);
  await call('POST', `${SALES}/ranges`, { body: { ...BODY, note: 'secret-note' } });
  for (const [who, status, reason, ask] of NOBODY) {
    const asWhom = publicCall;
    for (const [method, path, body] of CALLS) {
      const answer = await asWhom(method, path, { ...ask, ...(body === undefined ? {} : { body }) });
      const found = [answer.status, answer.body.reason, answer.text.includes('secret-note')];
      t.strictSame(found, [status, reason, false], `${who}: ${method} ${path}`);
    }
    const privately = await call('GET', SALES, ask);
    t.strictSame(
      [privately.status, privately.headers['x-gateway-reason']],
      [status, reason],
      `${who}, privately`,
    );
  }
  t.equal((await store.scopes()).revision, 1, 'nothing was changed');
  const answer = await publicCall('GET', '/me', { token: undefined });
  t.match(answer, {
    headers: { 'www-authenticate': 'Bearer' },
    body: { login: '/login', requestId: String },
  });
});

void t.test('an owner manages their bots, and nothing else', async (t) => {
  const { call } = await openScene(t);
  const as = (method: string, path: string, body?: unknown): Promise<Reply> =>
    call(method, path, { token: owner, ...(body === undefined ? {} : { body }) });
  t.match((await as('GET', '/whitelists')).body, { whitelists: [{ scope: 'bot:sales', enabled: false }] });
  await call('POST', `${OTHER}/ranges`, { body: { ...BODY, note: 'of another' } });
  await call('PATCH', '/whitelists/platform', { body: { enabled: true } });
  const own = await as('POST', `${SALES}/ranges`, BODY);
  t.match(own, { status: 201, body: { createdBy: 'olga (staff)' } });
  t.equal((await as('PATCH', SALES, { enabled: true })).status, 200);
  const lists = await as('GET', '/whitelists');
  t.strictSame(
    (lists.body.whitelists as { scope: string }[]).map((list) => list.scope),
    ['bot:sales'],
  );
  const log = await as('GET', '/changes');
  t.match(log.body.changes, [{ revision: 4 }, { revision: 3 }]);
  t.equal((log.body.changes as unknown[]).length, 2);

  t.match((await as('GET', SALES)).body, {
    inherited: {
      enabled: true,
      mode: 'enforce',
      whenOff: 'members',
      requireLogin: false,
      inheritPlatform: true,
    },
  });
  await call('PATCH', '/whitelists/platform', { body: { mode: 'report', requireLogin: true } });
  t.match((await as('GET', SALES)).body, { inherited: { mode: 'report', requireLogin: true } });
  t.notOk('inherited' in (await call('GET', '/whitelists/platform')).body, 'the platform inherits nothing');

  for (const scope of [OTHER, '/whitelists/platform', '/whitelists/bot%3ASales', '/whitelists/bot%3Anone']) {
    for (const [method, path, body] of CALLS.filter(([, path]) => path.startsWith(SALES))) {
      const answer = await as(method, path.replace(SALES, scope), body);
      t.match([answer.status, answer.body.reason], [403, 'not-yours'], `${method} ${path} of ${scope}`);
    }
  }
  for (const [method, path] of [
    ['GET', '/changes/1'],
    ['POST', '/changes/1/revert'],
    ['POST', '/changes/2/revert'],
    ['GET', '/changes?scope=bot%3Aother'],
    ['GET', '/replicas'],
  ] as const) {
    t.equal((await as(method, path)).status, 403, `${method} ${path}`);
  }
  t.equal((await as('POST', '/explain', EXPLAIN)).status, 200);
  for (const target of [
    '/transcripts/other/1',
    '/transcripts/none/1',
    '/nothing/guarded',
    '/transcripts/sales/1/%2e%2e/%2e%2e/other/1',
    '/history',
    '*',
  ]) {
    const answer = await as('POST', '/explain', { ...EXPLAIN, target });
    t.strictSame([answer.status, answer.body.reason], [403, 'not-yours'], target);
  }
  t.equal(
    (await as('POST', `/changes/${String(own.body.revision)}/revert`)).status,
    200,
    'their own is undone',
  );
  t.match((await as('GET', '/me')).body, { superAdmin: false, ownedBots: ['sales'], expiresAt: String });
});

void t.test('an owner finds decisions of their bots alone, whatever they ask for', async (t) => {
  const { call, recorded } = await openScene(t);
  const at = Date.UTC(2030, 0, 1);
  const rows = [
    decided({ bot: 'sales', requestId: 'aaaaaaaa-1', atMs: at, clientIp: '192.0.2.1', subject: 'ann' }),
    decided({ bot: 'other', requestId: 'aaaaaaaa-2', atMs: at + 1, clientIp: '192.0.2.2', subject: 'ann' }),
    decided({ bot: undefined, requestId: 'aaaaaaaa-3', atMs: at + 2, clientIp: '198.51.100.1' }),
    decided({
      bot: 'sales',
      requestId: 'bbbbbbbb-4',
      atMs: at + 3,
      outcome: 'forward',
      reason: 'bot-access',
    }),
  ];
  recorded({ replica: 'one', firstSeq: 1, lines: rows.map((row) => lineOf(toRow(row))) });
  const found = async (token: string, query: string): Promise<string> => {
    const { status, body } = await call('GET', `/activity${query}`, { token });
    const events = body.events as readonly { readonly requestId: string }[] | undefined;
    return events?.map(({ requestId }) => requestId.at(-1)).join('') ?? String(status);
  };
  const table: readonly (readonly [query: string, superAdmin: string, owner: string])[] = [
    ['', '4321', '41'],
    ['?bot=sales', '41', '41'],
    ['?bot=other', '2', '403'],
    ['?bot=Sales', '', '403'],
    ['?bot=%2e%2e%2fx', '400', '400'],
    ['?bot=other&bot=sales', '400', '400'],
    ['?bots=other', '400', '400'],
    ['?subject=ann', '21', '1'],
    ['?requestId=aaaaaaaa', '321', '1'],
    ['?requestId=aaaaaaaa-2', '2', ''],
    ['?requestId=aaaaaaa', '400', '400'],
    ['?address=192.0.2.0/24', '21', '1'],
    ['?address=192.0.2.2', '2', ''],
    ['?address=192.0.2.1-192.0.2.9', '400', '400'],
    ['?address=192.0.2.1/24', '400', '400'],
    ['?address=', '400', '400'],
    ['?outcome=forward', '4', '4'],
    ['?outcome=maybe', '400', '400'],
    ['?reason=no-access', '321', '1'],
    ['?from=2030-01-01T00:00:00.001Z&to=2030-01-01T00:00:00.003Z', '32', ''],
    ['?from=2030-01-01T01:00:00.003%2B01:00', '4', '4'],
    ['?from=2030-01-01', '400', '400'],
    ['?after=bm9uZQ', '400', '400'],
    ['?limit=201', '400', '400'],
    ['?q=x', '400', '400'],
  ];
  for (const [query, all, own] of table) {
    t.equal(await found(superAdmin, query), all, `super admin: ${query}`);
    t.equal(await found(owner, query), own, `owner: ${query}`);
  }
  let [pages, next] = ['', ''];
  do {
    const { body } = await call('GET', `/activity?limit=1${next}`, { token: owner });
    pages += (body.events as readonly { readonly requestId: string }[])[0]?.requestId.at(-1) ?? '';
    next = typeof body.next === 'string' ? `&after=${body.next}` : '';
  } while (next !== '');
  t.equal(pages, '41', 'page by page');
});

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

void t.test('who fails often waits, by address', async (t) => {
  const { call } = await openScene(t, { failedPerMinute: 3 });
  const from = (address: string, token: string | undefined): Promise<Reply> =>
    call('GET', '/me', { token, headers: { 'x-forwarded-for': address } });
  for (const _ of [1, 2, 3, 4])
    t.equal((await from('192.0.2.1', undefined)).status, 401, 'no token is no attempt');
  const statuses: number[] = [];
  for (const _ of [1, 2, 3, 4]) statuses.push((await from('192.0.2.1', forged(superAdmin))).status);
  t.strictSame(statuses, [401, 401, 401, 429]);
  t.match(await from('192.0.2.1', superAdmin), { status: 429, headers: { 'retry-after': /^[0-9]+$/ } });
  t.equal((await from('192.0.2.2', superAdmin)).status, 200, 'another address is another one');
  const expired = staffToken({ roles: ['super_admin'], exp: seconds(-120) });
  for (const _ of [1, 2, 3, 4])
    t.equal((await from('192.0.2.3', expired)).status, 401, 'a page left open tries none');
  for (const _ of [1, 2, 3]) await from('192.0.2.4', 'a-guess-of-the-static-token');
  t.equal((await from('192.0.2.4', STATIC_TOKEN)).status, 429, 'guesses of the static token count');
  for (const unknown of ['', 'garbage', '127.0.0.1']) {
    for (const _ of [1, 2, 3, 4]) t.equal((await from(unknown, forged(superAdmin))).status, 401);
    t.equal((await from(unknown, superAdmin)).status, 200, `nobody waits for "${unknown}"`);
  }
});
