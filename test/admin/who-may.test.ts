import t from 'tap';
import { seconds } from '../support/tokens.ts';
import { STATIC_TOKEN, contactToken, openScene, partnerToken, staffToken, superAdmin } from './scene.ts';
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
  ['GET', '/reports/review?scope=bot%3Asales'],
  ['POST', `${SALES}/import`, { ranges: [BODY] }],
  ['POST', `${SALES}/import?dryRun=true`, { ranges: [BODY] }],
  ['GET', '/changes'],
  ['GET', '/changes/1'],
  ['POST', '/changes/1/revert'],
  ['POST', '/changes/1/confirm'],
  ['GET', `${SALES}/compare?from=0&to=1`],
  ['POST', `${SALES}/restore`, { at: '2030-01-01T00:00:00Z' }],
  ['POST', '/explain', EXPLAIN],
  ['POST', '/identity', { credential: 'a-credential' }],
  ['GET', '/activity'],
  ['GET', '/activity/summary'],
  ['GET', '/reports/access?bot=sales'],
  ['GET', '/activity/stream'],
  ['GET', '/lookup?q=ann'],
  ['GET', '/refusals'],
  ['POST', '/refusals/dismiss', { address: '192.0.2.1', bot: 'sales' }],
  ['POST', '/refusals/recall', { address: '192.0.2.1', bot: 'sales' }],
  ['POST', '/audit/verify', {}],
  ['POST', '/forecast', { scope: 'bot:sales', changes: { settings: { enabled: true } } }],
  ['GET', '/me'],
  ['GET', '/replicas'],
  ['GET', '/unguarded'],
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
