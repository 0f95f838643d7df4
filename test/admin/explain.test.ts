import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import pino from 'pino';
import t from 'tap';
import '../support/uncounted.ts';
import { Pool } from 'undici';
import { startApp } from '../../src/app.ts';
import { createSigner, seconds } from '../support/tokens.ts';
import { good } from '../support/config.ts';

/** How many random requests are sent and explained; EXPLAIN_REQUESTS=10000 takes its time. */
const REQUESTS = Number(process.env['EXPLAIN_REQUESTS'] ?? 2_000);

const staff = createSigner('HS256', 'staff-1');
const widget = createSigner('HS256', 'widget-1');
const claims = { iss: 'https://issuer.example/', sub: 'ada', iat: seconds(-600), exp: seconds(3600) };
const staffToken = (more: object): string => staff.sign({ ...claims, ...more });
const widgetToken = (more: object): string =>
  widget.sign({ ...claims, iss: 'https://widget.example/', ...more });
const root = staffToken({ sub: 'root', roles: ['super_admin'] });

const file = (upstream: string): string => `
public: { port: 0 }
private: { port: 0 }
upstream: { url: "${upstream}" }
routes:
  - { path: "/transcripts/:botId/:conversationId" }
  - { path: /history, query: { botId: bot } }
  - { path: "/contacts/:contactId/conversations", bot: support, whitelist: false }
identity:
  issuers:
    - name: staff
      issuer: https://issuer.example/
      audience: null
      keys: [{ kid: staff-1, algorithm: HS256, secretBase64: "${staff.secret.toString('base64')}" }]
      from: [bearer, "cookie:session"]
      grants: [member, admin]
    - name: widget
      issuer: https://widget.example/
      audience: null
      keys: [{ kid: widget-1, algorithm: HS256, secretBase64: "${widget.secret.toString('base64')}" }]
      from: ["cookie:widget"]
      grants: [contact]
login: { url: /login }
trustedProxies: { cidrs: [127.0.0.1] }
limits: { hostileTokensPerMinute: 0 }
admin: { public: true }
`;

/** An upstream that says what it was told of the decision. */
function startUpstream(): Promise<{ url: string; cookies: (string | undefined)[]; close: () => void }> {
  const cookies: (string | undefined)[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    cookies.push(request.headers.cookie);
    request.resume();
    response.setHeader('x-told', String(request.headers['x-gateway-decision']));
    response.setHeader('x-enforced', String(request.headers['x-gateway-enforced']));
    response.end();
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve({ url: `http://127.0.0.1:${port}`, cookies, close: () => server.close() });
    });
  });
}

/** One visitor: what they send, and from where. */
interface Visit {
  readonly target: string;
  readonly method: string;
  readonly client: string;
  readonly credential: Record<string, string>;
  readonly headers: Record<string, string>;
  /** Whether explain is told the client IP, or reads the forwarding header itself. */
  readonly told: boolean;
}

const bot = fc.constantFrom(
  'sales',
  'support',
  'watched',
  'open',
  'none',
  'SALES',
  '%73ales',
  '.x',
  '',
  'a b'.replace(' ', '%20'),
);
const id = fc.constantFrom('c1', 'c2', '..', '%2e%2e', '', '%00', 'x;y=1', '%zz', 'c1.json', 'c%2fd');
const transcripts = fc.constantFrom(
  '/transcripts/',
  '/Transcripts/',
  '//transcripts/',
  '/%74ranscripts/',
  '/x/../transcripts/',
  '/transcripts;a=b/',
  '/transcripts%2f',
);
const target = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(transcripts, bot, id).map(([at, one, two]) => `${at}${one}/${two}`) },
  { weight: 1, arbitrary: fc.tuple(transcripts, bot).map(([at, one]) => `${at}${one}`) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(bot, bot)
      .map(([one, two]) => `/history?bot=${one}&x=1${two === 'none' ? `&bot=${two}` : ''}`),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('c1', 'c2', 'C1').map((contact) => `/contacts/${contact}/conversations/c1`),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '/',
      '/app.js',
      '/transcript/sales/c1',
      '/login?x=%zz',
      '/history/..',
      '/a%5cb',
      '/transcripts',
    ),
  },
);
const client = fc.constantFrom(
  '203.0.113.7',
  '203.0.113.9',
  '203.0.113.10',
  '198.51.100.1',
  '192.0.2.1',
  '10.0.0.1',
  '2001:db8::1',
  '::ffff:203.0.113.7',
  'garbage',
  '010.0.0.1',
);
const expired = { exp: seconds(-300) };
const credential: fc.Arbitrary<Record<string, string>> = fc.constantFrom(
  {},
  {},
  { authorization: `Bearer ${staffToken({ bots: ['sales', 'watched'] })}` },
  { authorization: `Bearer ${staffToken({ bots: 'support' })}` },
  { authorization: `Bearer ${staffToken({ bots: ['sales'], ...expired })}` },
  { authorization: `Bearer ${staffToken({ bots: ['sales'] })}x` },
  { authorization: `Bearer ${staffToken({ iss: 'https://evil.example/' })}` },
  { authorization: `Bearer ${widgetToken({ contact_id: 'c1' })}` },
  { authorization: 'Basic YTpi' },
  { authorization: 'Bearer opaque' },
  { cookie: `session=${staffToken({ bots: ['sales'] })}` },
  { cookie: `a=b; session=${staffToken({ bots: ['sales'], ...expired })}` },
  { cookie: `session=; session=${staffToken({})}` },
  {
    cookie: `session=${staffToken({ bots: 'sales' })}; session=${staffToken({ sub: 'eve', bots: 'sales' })}`,
  },
  { cookie: `widget=${widgetToken({ contact_id: 'c1', conversations: ['c1'] })}` },
  { cookie: `widget=${widgetToken({ conversations: 'c2' })}; session=x.y.z` },
  { cookie: 'session=garbage' },
);
const headers: fc.Arbitrary<Record<string, string>> = fc.constantFrom(
  {},
  {},
  { accept: 'application/json' },
  { origin: 'https://x.example', 'access-control-request-method': 'GET' },
  { 'sec-fetch-dest': 'iframe', 'sec-fetch-mode': 'navigate', accept: 'text/html' },
);
const method = fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PROPFIND');
const visit: fc.Arbitrary<Visit> = fc.record({
  target,
  method,
  client,
  credential,
  headers,
  told: fc.boolean(),
});

const jsonHeaders = { authorization: `Bearer ${root}`, 'content-type': 'application/json' };

interface Said {
  readonly reason: string;
  readonly enforced: boolean;
}

/** What the visitor was answered, live. */
async function live(door: Pool, one: Visit): Promise<Said> {
  const { credential, headers, target: path, method: verb, client: address } = one;
  const answer = await door.request({
    path,
    method: verb,
    headers: { ...headers, ...credential, 'x-forwarded-for': address },
  });
  await answer.body.dump();
  const told = answer.headers['x-told'];
  if (told !== undefined) return { reason: String(told), enforced: answer.headers['x-enforced'] !== 'false' };
  return { reason: String(answer.headers['x-gateway-reason']), enforced: true };
}

/** What explain says that they are answered. */
async function explained(door: Pool, one: Visit): Promise<Said & { readonly status: number }> {
  const isAddress = /^[0-9a-f:.]+$/.test(one.client) && !one.client.startsWith('010');
  const place =
    one.told && isAddress
      ? { clientIp: one.client, headers: { ...one.headers, ...one.credential } }
      : { peer: '127.0.0.1', headers: { ...one.headers, ...one.credential, 'x-forwarded-for': one.client } };
  const answer = await door.request({
    path: '/_gateway/api/v1/explain',
    method: 'POST',
    headers: jsonHeaders,
    body: JSON.stringify({ target: one.target, method: one.method, ...place }),
  });
  const body = (await answer.body.json()) as {
    decision?: { reason: string; outcome: string };
    enforced?: boolean;
  };
  const reason = body.decision?.reason ?? '';
  // Nothing is told of being enforced where there was nothing to enforce.
  const enforced = reason === 'not-guarded' ? true : (body.enforced ?? true);
  return { reason, enforced, status: answer.statusCode };
}

void t.test('explain says what happens', async (t) => {
  const upstream = await startUpstream();
  const config = good(t.testdir(), { file: file(upstream.url), argv: [] });
  const app = await startApp(config, config, pino({ enabled: false }));
  const admin = new Pool(app.privateUrl, { connections: 8 });
  const visitors = new Pool(app.publicUrl, { connections: 8 });
  t.teardown(async () => {
    await Promise.all([admin.close(), visitors.close()]);
    await app.close();
    upstream.close();
  });
  const call = async (verb: 'GET' | 'POST' | 'PATCH', path: string, body?: object) => {
    const answer = await admin.request({
      path: `/_gateway/api/v1${path}`,
      method: verb,
      headers: jsonHeaders,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.statusCode, body: (await answer.body.json()) as Record<string, unknown> };
  };
  const range = (start: string, end = start) => ({ start, end });
  await call('POST', '/whitelists/bot%3Asales/ranges', range('203.0.113.7', '203.0.113.9'));
  await call('POST', '/whitelists/platform/ranges', range('198.51.100.0', '198.51.100.255'));
  await call('POST', '/whitelists/bot%3Awatched/ranges', range('192.0.2.1'));
  await call('PATCH', '/whitelists/bot%3Asales', { enabled: true });
  await call('POST', '/whitelists/bot%3Aexpired/ranges', {
    ...range('192.0.2.99'),
    expiresAt: new Date(Date.now() + 1_500).toISOString(),
  });
  await call('PATCH', '/whitelists/bot%3Aexpired', { enabled: true });
  await call('PATCH', '/whitelists/platform', { enabled: true });
  await call('PATCH', '/whitelists/bot%3Awatched', { mode: 'report', inheritPlatform: false });
  await call('PATCH', '/whitelists/bot%3Aopen', { whenOff: 'anyone', inheritPlatform: false });

  await t.test('as live, on random requests', async (t) => {
    const seed = Date.now() % 1_000_000;
    const visits = fc.sample(visit, { numRuns: REQUESTS, seed });
    const reasons = new Map<string, number>();
    const differing: object[] = [];
    const queue = visits.values();
    const worker = async (): Promise<void> => {
      for (const one of queue) {
        const [seen, said] = [await live(visitors, one), await explained(admin, one)];
        reasons.set(seen.reason, (reasons.get(seen.reason) ?? 0) + 1);
        if (seen.reason !== said.reason || seen.enforced !== said.enforced)
          differing.push({ one, seen, said });
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    t.strictSame(differing.slice(0, 3), [], `seed ${seed}`);
    t.comment(`${visits.length} requests`, Object.fromEntries(reasons));
    const wanted = [
      'not-guarded',
      'path-ambiguous',
      'bot-unresolved',
      'token-invalid',
      'token-expired',
      'token-foreign',
      'bot-access',
      'own-history',
      'whitelisted-bot',
      'whitelisted-platform',
      'open-link',
      'no-access',
      'no-credential',
      'session-expired',
      'session-invalid',
      'preflight',
    ];
    t.strictSame(
      wanted.filter((reason) => !reasons.has(reason)),
      [],
      'every line of the table was reached',
    );
  });

  await t.test('in words, and for whom one asks', async (t) => {
    const ask = (body: object) => call('POST', '/explain', { target: '/transcripts/sales/c1', ...body });
    const listed = await ask({ clientIp: '203.0.113.8' });
    t.match(listed.body, {
      decision: {
        outcome: 'forward',
        reason: 'whitelisted-bot',
        range: { scope: 'bot:sales', id: /^[0-9a-f]{16}$/ },
      },
      enforced: true,
      mode: 'enforce',
    });
    const steps = listed.body.steps as readonly { step: string; result: string }[];
    t.ok(steps.length > 2 && steps.every(({ step, result }) => step !== '' && result !== ''));
    const reasonOf = async (body: object) => (await ask(body)).body.decision;
    const nobody = { clientIp: '192.0.2.99' };
    t.match(await reasonOf({ ...nobody, token: staffToken({ bots: ['sales'] }) }), { reason: 'bot-access' });
    t.match(await reasonOf({ ...nobody, claims: { ...claims, bots: ['sales'] } }), { reason: 'bot-access' });
    t.match(await reasonOf({ ...nobody, claims: { sub: 'x', bots: ['other'] }, issuer: 'staff' }), {
      reason: 'no-access',
    });
    const cookieToken = widgetToken({ contact_id: 'c1' });
    t.match(await ask({ ...nobody, target: '/contacts/c1/conversations', token: cookieToken }), {
      body: {
        decision: { reason: 'own-history' },
        steps: [{ step: 'token', result: 'presented as cookie:widget' }],
      },
    });
    t.match(await reasonOf({ ...nobody, target: 'https://chat.example/transcripts/sales/c1' }), {
      reason: 'no-credential',
    });
    const stepsOf = async (body: object): Promise<string> => {
      const { status, body: answer } = await ask({ ...nobody, ...body });
      const steps = (answer.steps ?? []) as readonly { step: string; result: string; scope?: string }[];
      return [status, ...steps.map(({ step, result, scope }) => `${step}: ${result} [${scope ?? ''}]`)].join(
        '\n',
      );
    };
    // What is said of a text that was pasted as a token, whatever it is.
    const texts: readonly (readonly [token: string, said: RegExp])[] = [
      ['', /^200\n.*\ntoken: nothing at all/],
      ['opaque-session-id', /token: presented as bearer .*\ntoken: not-a-token: .* it has 17 characters/],
      ['Bearer a.b.c', /paste the token alone/],
      ['session=a.b.c', /paste the value alone/],
      ['two\nlines', /token: cannot be presented: no header can carry it/],
      ['x'.repeat(100_000), /token: too-long: .* 100000 characters/],
      ['-----BEGIN PUBLIC KEY-----', /PEM/],
      ['a.b.c.d.e', /token: encrypted: /],
      [
        staffToken({ aud: 'other' }),
        /token: a JWT of \d+ characters.*alg "HS256", kid "staff-1".*aud "other"/,
      ],
      [staffToken({ aud: 'other' }), /credential: bearer: wrong-audience: .* \(issuer staff\)/],
      [
        staffToken({ aud: 'other' }),
        /principal: nobody: the token is refused, token-invalid, wrong-audience/,
      ],
      [staffToken({ exp: seconds(-3600) }), /principal: nobody: .* token-expired, expired: it has expired/],
      [staffToken({ bots: ['a', 'b'] }), /principal: ada of issuer staff, by bearer: member of a, b/],
      [
        staffToken({ bots: ['SALES'] }),
        /near: the token grants SALES, which differs from sales in letter case only/,
      ],
    ];
    for (const [token, said] of texts)
      t.match(await stepsOf({ token }), said, JSON.stringify(token.slice(0, 40)));
    t.match((await ask({ ...nobody, token: staffToken({ aud: 'x' }) })).body.principal, {
      kind: 'refused',
      cause: 'wrong-audience',
      issuer: 'staff',
    });
    // Why an address does not match.
    const near: readonly (readonly [body: object, said: RegExp])[] = [
      [
        {},
        /lists: the list of sales: on, 1 ranges \[bot:sales\]\nlists: the platform's list: on, 1 ranges \[platform\]/,
      ],
      [
        { clientIp: '203.0.113.12' },
        /near: the list of sales: the nearest range is 203\.0\.113\.7 - 203\.0\.113\.9 \(\w{16}\), 3 addresses away \[bot:sales\]/,
      ],
      [
        { clientIp: '198.51.101.0' },
        /near: the platform's list: the nearest range is .*, 1 addresses away \[platform\]/,
      ],
      [{ clientIp: '2001:db8::1' }, /near: 2001:db8::1 came over IPv6/],
      [
        { target: '/transcripts/watched/1' },
        /lists: the platform's list does not count: the bot does not inherit it/,
      ],
      [
        { target: '/transcripts/watched/1', clientIp: '192.0.2.1' },
        /near: the list of watched: 192\.0\.2\.1 \(\w{16}\) would match, but the list is off/,
      ],
      [
        { target: '/transcripts/Sales/1' },
        /near: there is a list of sales, which differs from Sales in letter case only \[bot:sales\]/,
      ],
      [{ target: '/contacts/c1/conversations' }, /lists: the route is never opened by an address/],
      [
        { target: '/transcripts/expired/1' },
        /near: the list of expired: 192\.0\.2\.99 \(\w{16}\) would match, but expired at 20/,
      ],
      [{ target: '/transcripts/none/1' }, /lists: the list of none: there is none/],
    ];
    for (const [body, said] of near) t.match(await stepsOf(body), said, JSON.stringify(body));
    const owner = staffToken({ sub: 'owner', owned_bots: ['sales'] });
    const heard = await admin.request({
      path: '/_gateway/api/v1/explain',
      method: 'POST',
      headers: { ...jsonHeaders, authorization: `Bearer ${owner}` },
      body: JSON.stringify({ target: '/transcripts/sales/c1', ...nobody }),
    });
    const told = await heard.body.text();
    t.match(told, /the list of sales/);
    t.notMatch(told, /the platform's list: /, 'an owner hears of the own lists only');
    const hops = await ask({ peer: '127.0.0.1', headers: { 'X-Forwarded-For': '1.1.1.1, 203.0.113.7' } });
    t.match(hops.body, { decision: { reason: 'whitelisted-bot' }, client: { address: '203.0.113.7' } });
    const bad: readonly (readonly [object, string])[] = [
      [{}, 'clientIp'],
      [{ clientIp: '1.2.3' }, 'clientIp'],
      [{ clientIp: '010.0.0.1' }, 'clientIp'],
      [{ ...nobody, peer: '127.0.0.1' }, 'peer'],
      [{ peer: 'x' }, 'peer'],
      [{ ...nobody, target: '/a b' }, 'target'],
      [{ ...nobody, target: '/a\r\nx: y' }, 'target'],
      [{ ...nobody, target: '/ü€' }, 'target'],
      [{ ...nobody, target: '' }, 'target'],
      [{ ...nobody, method: 'GE T' }, 'method'],
      [{ ...nobody, token: 'a.b.c', claims: {} }, 'claims'],
      [{ ...nobody, claims: {}, issuer: 'nobody' }, 'claims'],
      [{ ...nobody, headers: { 'a b': 'x' } }, 'headers.a b'],
      [{ ...nobody, headers: { a: 'x\r\ny: z' } }, 'headers.a'],
      [{ ...nobody, headers: { a: 5 } }, 'headers.a'],
    ];
    for (const [body, field] of bad) {
      const answer = await ask(body);
      const errors = (answer.body.errors ?? []) as readonly { field: string }[];
      t.strictSame([answer.status, errors[0]?.field], [422, field], JSON.stringify(body));
    }
  });

  await t.test('a path that cannot be read is a problem on both doors', async (t) => {
    for (const door of [admin, visitors]) {
      const answer = await door.request({ path: '/_gateway/api/v1/whitelists/bot%3a%zz', method: 'GET' });
      t.match([answer.statusCode, answer.headers['content-type']], [400, /^application\/problem\+json/]);
      await answer.body.dump();
    }
  });

  await t.test('an admin’s cookie stays here', async (t) => {
    upstream.cookies.length = 0;
    const cookies = [
      `gateway-admin=${root}`,
      `a=b; __Host-gateway-admin=${root}; c=d`,
      'gateway-administrator=x',
    ];
    for (const cookie of cookies) {
      const answer = await visitors.request({ path: '/app.js', method: 'GET', headers: { cookie } });
      await answer.body.dump();
    }
    t.strictSame(upstream.cookies, [undefined, 'a=b; c=d', 'gateway-administrator=x']);
    const opened = await visitors.request({
      path: '/transcripts/sales/c1',
      method: 'GET',
      headers: { cookie: `gateway-admin=${staffToken({ bots: ['sales'] })}` },
    });
    t.equal(opened.headers['x-gateway-reason'], 'no-credential', 'and opens no transcript');
    await opened.body.dump();
  });
});
