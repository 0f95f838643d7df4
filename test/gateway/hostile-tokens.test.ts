import t from 'tap';
import { createBuckets } from '../../src/limits/bucket.ts';
import { startGateway } from '../support/gateway-process.ts';
import { ask } from '../support/raw.ts';
import { createSigner, seconds } from '../support/tokens.ts';
import { startUpstream } from '../support/upstreams.ts';
import { startDoor } from './door.ts';
import { as, startJudge } from './judge.ts';
import { get } from './visitor.ts';

const upstream = await startUpstream();
const judge = await startJudge();
t.teardown(async () => {
  await judge.stop();
  await upstream.stop();
});

t.test('hostile tokens', async (t) => {
  const bearers = createBuckets({ perMinute: 3, maxKeys: 100, now: () => performance.now() });
  let unheard = false;
  const hostile = { hit: (address: string) => bearers.hit(address), isBlocked: () => unheard };
  const door = await startDoor(upstream.url, { judge, deps: { hostile } });
  const codes: string[] = [];
  for (let i = 0; i < 5; i += 1)
    codes.push((await ask(door.port, get('/t/closed/1', as.badBearer))).headers['x-gateway-reason'] ?? '');
  t.strictSame(codes, ['token-invalid', 'token-invalid', 'token-invalid', 'rate-limited', 'rate-limited']);
  t.match(await ask(door.port, get('/t/closed/1', as.foreigner)), {
    status: 429,
    headers: { 'retry-after': /\d/ },
  });
  t.equal(
    (await ask(door.port, get('/t/closed/1', as.memberFor(-60)))).status,
    401,
    'an expired token is no hostile one',
  );
  t.equal(
    (await ask(door.port, get('/t/closed/1', as.badCookie))).status,
    401,
    'nor is a cookie of a secret that was changed: who has it is asked to sign in',
  );
  unheard = true;
  t.equal((await ask(door.port, get('/t/closed/1', as.badCookie))).status, 429, 'unless nobody looks at it');
  t.equal((await ask(door.port, get('/t/closed/1', as.expiredCookie))).status, 401);
  t.equal((await ask(door.port, get('/t/closed/1'))).status, 401, 'nor is none');
  t.equal((await ask(door.port, get('/t/ok/1'))).status, 200, 'a visitor with access is never held up');
  t.match(door.accesses.filter(({ code }) => code === 'rate-limited').length, 4, 'and the log says so');
  await door.stop();
});

t.test('signature checks of one address', async (t) => {
  const [ours, strange] = [createSigner('HS256', 'k'), createSigner('HS256', 'k')];
  const keys = [{ kid: 'k', algorithm: 'HS256', secretBase64: ours.secret.toString('base64') }];
  const from = ['bearer', 'cookie:session', 'cookie:other'];
  const gateway = await startGateway({
    config: {
      upstream: { url: upstream.url },
      identity: {
        issuers: [{ name: 'staff', issuer: 'https://issuer.example/', audience: 'x', keys, from }],
      },
      routes: [{ path: '/t/:botId/:conversationId' }],
      trustedProxies: { cidrs: ['127.0.0.1/32'], source: 'x-forwarded-for' },
      admin: { token: 'a-static-token-that-nobody-guesses' },
      limits: { hostileTokensPerMinute: 6 },
    },
  });
  t.teardown(() => gateway.stop());
  const admin = async (path: string, method: string, body: object): Promise<void> => {
    const headers = {
      authorization: 'Bearer a-static-token-that-nobody-guesses',
      'content-type': 'application/json',
    };
    const url = `${gateway.privateUrl}/_gateway/api/v1/whitelists/bot%3Alisted${path}`;
    t.ok((await fetch(url, { method, headers, body: JSON.stringify(body) })).ok, `${method} ${path}`);
  };
  await admin('', 'PATCH', { enabled: true });
  await admin('/ranges', 'POST', { start: '203.0.113.0', end: '203.0.113.9' });
  const token = (signer: typeof ours, sub: string, exp = 600): string =>
    signer.sign({ iss: 'https://issuer.example/', aud: 'x', sub, exp: seconds(exp), bots: ['a'] });
  const visit = async (address: string, sent: Record<string, string>, bot = 'a'): Promise<string> => {
    const headers = { ...sent, 'x-forwarded-for': address };
    const answer = await fetch(`${gateway.publicUrl}/t/${bot}/1`, { headers, redirect: 'manual' });
    await answer.arrayBuffer();
    return `${answer.status} ${answer.headers.get('x-gateway-reason') ?? ''}`.trim();
  };
  const cookie = (...tokens: string[]): Record<string, string> => ({
    cookie: tokens.map((text, at) => `${at % 2 === 0 ? 'session' : 'other'}=${text}`).join('; '),
  });
  const checks = async (): Promise<number> => {
    const text = await (await fetch(`${gateway.privateUrl}/metrics`)).text();
    return Number(/^gateway_token_verifications_total(?:\{[^}]*\})? (\d+)/m.exec(text)?.[1]);
  };

  // An office: sessions that are over, and some of a secret that was changed, asked with again and again.
  const office = '198.51.100.1';
  const late = [0, 1, 2, 3].map((n) => token(ours, `l${n}`, -60));
  const rotated = [0, 1, 2, 3].map((n) => token(strange, `r${n}`));
  const answers = new Set<string>();
  for (let n = 0; n < 10; n += 1) {
    for (const text of late) answers.add(await visit(office, cookie(text)));
    for (const text of rotated) answers.add(await visit(office, cookie(text)));
  }
  t.same([...answers].sort(), ['401 session-expired', '401 session-invalid']);
  t.equal(await visit(office, cookie(token(ours, 'new'))), '200', 'who signs in there is let in');

  // An attacker: every token is another one.
  for (const [name, address, send] of [
    ['cookies', '198.51.100.2', (n: number) => cookie(token(strange, `c${n}`), token(strange, `d${n}`))],
    ['bearers', '198.51.100.3', (n: number) => ({ authorization: `Bearer ${token(strange, `b${n}`)}` })],
    ['cookies of a listed address', '203.0.113.7', (n: number) => cookie(token(strange, `e${n}`))],
    ['cookies over IPv6', '2001:db8::7', (n: number) => cookie(token(strange, `f${n}`))],
  ] as const) {
    const known = cookie(token(ours, `known at ${address}`));
    t.equal(await visit(address, known), '200');
    const before = await checks();
    const bot = address === '203.0.113.7' ? 'listed' : 'a';
    const said: string[] = [];
    for (let n = 0; n < 20; n += 1) said.push(await visit(address, send(n), bot));
    const cost = (await checks()) - before;
    t.ok(cost >= 6 && cost <= 8, `${name}: 20 requests cost ${cost} checks`);
    t.equal(
      said.at(-1),
      bot === 'a' ? '429 rate-limited' : '200',
      `${name}: whom the address lets in stays in`,
    );
    t.equal(
      await visit(address, cookie(token(ours, 'fresh'))),
      '429 rate-limited',
      `${name}: nothing is checked`,
    );
    t.equal(await visit(address, known), '200', `${name}: what was verified counts`);
    t.equal(await visit(address, {}), '401 no-credential', `${name}: nobody else is held up`);
  }
  t.equal(await visit('2001:db8::8', cookie(token(ours, 'fresh'))), '429 rate-limited', 'a network is one');
  t.equal(await visit('198.51.100.9', cookie(token(ours, 'fresh'))), '200', 'elsewhere it is');
});
