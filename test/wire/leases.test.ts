import { readFileSync, writeFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { startGateway, type GatewayProcess } from '../support/gateway-process.ts';
import { createSigner, seconds } from '../support/tokens.ts';
import {
  adminToken,
  isEarly,
  manage,
  open,
  secret,
  soon,
  startWaitingPlatform,
  trickle,
  until,
  ways,
  type Waiting,
  type Way,
} from './lease-scene.ts';

/** What ends a grant; each has a bot of its own. */
const causes = ['deletion', 'switch-off', 'expiry', 'token', 'reload', 'revocation'] as const;
type Cause = (typeof causes)[number];
const byToken = (cause: Cause): boolean => cause === 'token' || cause === 'revocation';

const upstream = await startWaitingPlatform();
const signer = createSigner('HS256', 'k');
const config = (connections: number) => ({
  upstream: { url: upstream.url, connections, timeoutMs: 60_000 },
  routes: [{ path: '/t/:botId/:conversationId' }, { path: '/r/:botId/:conversationId', whitelist: true }],
  identity: {
    clockToleranceSeconds: 0,
    issuers: [
      {
        name: 'staff',
        issuer: 'https://issuer.example/',
        audience: 'x',
        keys: [{ kid: 'k', algorithm: 'HS256', secretBase64: signer.secret.toString('base64') }],
        grants: ['member'],
      },
    ],
  },
  trustedProxies: { cidrs: ['127.0.0.1/32'], source: 'x-forwarded-for' },
  admin: { token: adminToken },
});
const [usual, tight] = await Promise.all([
  startGateway({ config: config(64) }),
  startGateway({ config: config(1) }),
]);
const both = [usual, tight];
t.teardown(async () => {
  await Promise.all(both.map((gateway) => gateway.stop()));
  await upstream.stop();
});

const list = (cause: Cause): string => `whitelists/bot%3A${cause}`;
const range = { start: '203.0.113.7', end: '203.0.113.7' };
const endsAtMs = (seconds(0) + 10) * 1000;
const tokens: Readonly<Partial<Record<Cause, string>>> = Object.fromEntries(
  causes.filter(byToken).map((cause) => {
    const exp = cause === 'token' ? endsAtMs / 1000 : seconds(600);
    const claims = {
      iss: 'https://issuer.example/',
      aud: 'x',
      sub: cause,
      bots: [cause],
      exp,
      iat: seconds(),
    };
    return [cause, signer.sign(claims)];
  }),
);

/** Writes the lists; the id of the range that will be deleted. */
async function fill(gateway: GatewayProcess): Promise<string> {
  let deletes = '';
  for (const cause of causes.filter((one) => !byToken(one))) {
    await manage(gateway, 'PATCH', list(cause), { enabled: true });
    const ends = cause === 'expiry' ? { expiresAt: new Date(endsAtMs).toISOString() } : {};
    const { id } = await manage(gateway, 'POST', `${list(cause)}/ranges`, { ...range, ...ends });
    if (cause === 'deletion') deletes = id;
  }
  return deletes;
}

type Held = Waiting & { readonly cause: Cause };

function hold(way: Way, cause: Cause): Held {
  const token = tokens[cause];
  const from = `X-Forwarded-For: ${token === undefined ? range.start : '192.0.2.1'}`;
  const headers = token === undefined ? [from] : [from, `Authorization: Bearer ${token}`];
  const base = `/${cause === 'reload' ? 'r' : 't'}/${cause}`;
  return { cause, ...open(way === 'slot' ? tight : usual, way, base, headers) };
}

/** Takes away every grant that does not end by itself; when each had ended at the latest (Unix ms). */
async function takeAway(deletes: readonly string[]): Promise<Record<Cause, number>> {
  const endedAtMs = Object.fromEntries(causes.map((cause) => [cause, endsAtMs])) as Record<Cause, number>;
  const on = async (cause: Cause, end: (gateway: GatewayProcess, at: number) => Promise<unknown>) => {
    await Promise.all(both.map(end));
    endedAtMs[cause] = Date.now();
  };
  await Promise.all([
    on('deletion', (one, at) => manage(one, 'DELETE', `${list('deletion')}/ranges/${deletes[at]}`)),
    on('switch-off', (one) => manage(one, 'PATCH', list('switch-off'), { enabled: false })),
    on('revocation', (one) => manage(one, 'POST', 'revocations', { issuer: 'staff', subject: 'revocation' })),
    on('reload', (one) => {
      const text = readFileSync(one.configFile, 'utf8');
      writeFileSync(one.configFile, text.replace('whitelist: true', 'whitelist: false'));
      one.signal('SIGHUP');
      return one.line((line) => line['msg'] === 'reloaded');
    }),
  ]);
  return endedAtMs;
}

/** Everybody waits or runs: in each way, by each kind of grant. */
async function everybody(t: Test): Promise<Held[]> {
  const others = ways.filter((way) => way !== 'slot');
  const all = others.flatMap((way) => causes.map((cause) => hold(way, cause)));
  const running = all.filter(({ way }) => !isEarly(way));
  t.ok(await until(() => running.every((one) => one.text().includes(secret)), 6_000), 'what runs, runs');
  const heads = () => upstream.seen.filter((target) => target.endsWith('/head')).length;
  t.ok(await until(() => heads() === causes.length + 1, 1_000));
  return all;
}

t.test('each wait is over two seconds after its grant, and nothing comes after it', async (t) => {
  const deletes = await Promise.all(both.map(fill));
  const holder = open(tight, 'head', '/hold', []);
  t.ok(await until(() => upstream.seen.includes('/hold/head'), 2_000));
  const all = await everybody(t);
  const bodies = trickle(all);
  // Who waits for a slot waits for five seconds at most.
  await soon(endsAtMs - 1_800 - Date.now());
  all.push(...causes.map((cause) => hold('slot', cause)));
  await soon(800);
  t.ok(Date.now() < endsAtMs, 'before any grant ends');
  const overEarly = all.filter((one) => one.overAtMs() !== undefined).map(({ target }) => target);
  t.same(overEarly, [], 'all of them wait or run');
  // What ends by itself has ended before a revision or a reload makes the gateway ask about all of them.
  const byItself = all.filter(({ cause }) => cause === 'expiry' || cause === 'token');
  await soon(endsAtMs - Date.now());
  t.ok(await until(() => byItself.every((one) => one.overAtMs() !== undefined), 2_000));
  const endedAtMs = await takeAway(deletes);
  await until(() => all.every((one) => one.overAtMs() !== undefined), 2_500);
  for (const one of all) {
    const tookMs = (one.overAtMs() ?? Infinity) - endedAtMs[one.cause];
    t.ok(tookMs < 2_000, `${one.way} × ${one.cause}: over after ${Math.round(tookMs)} ms`);
  }
  const before = upstream.seen.length;
  const sent = bodies.stop();
  const texts = all.map((one) => one.text());
  upstream.answerLate();
  all.forEach((one) => one.way === 'body' && one.send('x'.repeat(1_000 - sent)));
  await soon(700);
  t.equal(upstream.seen.length, before, 'nothing more reaches the platform: no body, no one from the queue');
  const after = all.map((one) => one.text());
  t.same(after, texts, 'and nothing more comes from it');
  for (const one of all) {
    const name = `${one.way} × ${one.cause}`;
    if (isEarly(one.way)) {
      t.match(one.text(), /^HTTP\/1\.1 (401|403) /, `${name}: the answer of now`);
      t.notMatch(one.text(), secret);
    } else t.notMatch(one.text(), /0\r\n\r\n$/, `${name}: no whole answer`);
  }
  const endedLines = usual.logs.filter(({ msg }) => msg === 'ended');
  const running = all.filter(({ way }) => !isEarly(way));
  t.ok(endedLines.length >= running.length, 'each has its line');
  const reasons = [...new Set(endedLines.map(({ why }) => why))].sort();
  t.same(reasons, ['no-credential', 'token-expired', 'token-revoked']);
  for (const token of Object.values(tokens))
    t.notMatch(usual.text(), token.slice(-20), 'no line has a token');
  all.forEach((one) => one.leave());
  holder.leave();
});
