import t from 'tap';
import { SignJWT } from 'jose';
import { startGateway } from '../support/gateway-process.ts';
import { header, startPlatform } from '../support/platform.ts';
import { ask } from '../support/raw.ts';
import { sceneConfig } from './scene.ts';

const secret = 'a secret of thirty-two bytes, or more';
const issuer = 'https://own.example/';
const own = {
  name: 'own',
  issuer,
  audience: 'transcript-gateway',
  keys: [{ kid: 'k1', algorithm: 'HS256', secret }],
  from: ['bearer', 'cookie:session'],
  grants: ['member'],
};

const platform = await startPlatform();
const config = sceneConfig(platform, {
  identity: { issuers: [own] },
  upstream: { url: platform.url, allowHeaders: ['X-Remote-User'] },
});
const gateway = await startGateway({ config });
t.teardown(async () => {
  await gateway.stop();
  await platform.stop();
});

type Claims = Readonly<Record<string, unknown>>;
const hour = Math.floor(Date.now() / 1000) + 3_600;
const base = { sub: 'ann', iss: issuer, aud: 'transcript-gateway', exp: hour, bots: ['support'] };
const sign = (claims: Claims, kid = 'k1', key = secret, alg = 'HS256'): Promise<string> =>
  new SignJWT({ ...base, ...claims }).setProtectedHeader({ alg, kid }).sign(Buffer.from(key));

const get = (target: string, fields: string) =>
  ask(
    Number(new URL(gateway.publicUrl).port),
    `GET ${target} HTTP/1.1\r\nHost: chat.example\r\nConnection: close\r\n${fields}\r\n\r\n`,
    { idleMs: 3_000 },
  );

/** What is presented, the cause, and the issuer that was tried. */
const rows: readonly (readonly [cause: string, tried: string | undefined, token: string])[] = [
  ['too-long', undefined, `a.${'b'.repeat(9_000)}.c`],
  ['not-canonical', undefined, 'a.b.c'],
  ['not-json', undefined, 'AAAA.AAAA.AAAA'],
  ['encrypted', undefined, 'aaaa.aaaa.aaaa.aaaa.aaaa'],
  ['wrong-audience', 'own', await sign({ aud: 'billing' })],
  ['expired', 'own', await sign({ exp: hour - 7_200 })],
  ['no-exp', 'own', await sign({ exp: undefined })],
  ['no-subject', 'own', await sign({ sub: '' })],
  ['not-yet-valid', 'own', await sign({ nbf: hour })],
  ['wrong-kind', 'own', await sign({ typ: 'Refresh' })],
  ['unknown-issuer', undefined, await sign({ iss: 'https://other.example/' })],
  ['unknown-key', 'own', await sign({}, 'k2')],
  ['bad-signature', 'own', await sign({}, 'k1', 'another secret of thirty-two bytes')],
  ['no-key-for-algorithm', 'own', await sign({}, 'k1', `${secret}${secret}`, 'HS512')],
];

const causesCounted = async (): Promise<ReadonlyMap<string, number>> => {
  const text = await (await fetch(`${gateway.privateUrl}/metrics`)).text();
  const found = text.matchAll(/^gateway_token_refusals_total\{cause="([a-z-]+)"\} (\d+)$/gm);
  return new Map([...found].map(([, cause = '', count]) => [cause, Number(count)]));
};

t.test('why a token is refused: in the access line and the metric, never the token', async (t) => {
  for (const [cause, tried, token] of rows) {
    for (const fields of [`Authorization: Bearer ${token}`, `Cookie: session=${token}`]) {
      const before = (await causesCounted()).get(cause) ?? 0;
      const answer = await get('/transcripts/support/1001', fields);
      const where = fields.split(':')[0] ?? '';
      t.equal(answer.status, 401, `${cause}, ${where}`);
      const id = answer.headers['x-request-id'];
      const line = await gateway.line(({ msg, requestId }) => msg === 'access' && requestId === id);
      t.match(
        { cause: line['cause'], triedIssuer: line['triedIssuer'] },
        { cause, triedIssuer: tried },
        `${cause}, ${where}`,
      );
      t.equal((await causesCounted()).get(cause), before + 1, `${cause}, ${where}: counted`);
      if (cause !== 'expired') t.notMatch(answer.body, cause, 'the visitor is not told');
    }
  }
  const text = JSON.stringify(gateway.logs);
  for (const [cause, , token] of rows) {
    for (const part of token.split('.').filter((one) => one.length > 8))
      t.notOk(text.includes(part), `${cause}: no part of it in the log`);
  }
});

t.test('cookies that prove nothing together, and one that is no token, have their causes too', async (t) => {
  const nine = await Promise.all(Array.from({ length: 9 }, (_, jti) => sign({ jti: String(jti) })));
  const [ann, bob] = [await sign({}), await sign({ sub: 'bob' })];
  const cookies: readonly (readonly [
    cause: string,
    tried: string | undefined,
    cookies: readonly string[],
  ])[] = [
    ['not-a-token', undefined, ['opaque']],
    ['two-people', 'own', [ann, bob]],
    ['too-many', undefined, nine],
  ];
  for (const [cause, tried, values] of cookies) {
    const before = (await causesCounted()).get(cause) ?? 0;
    const fields = `Cookie: ${values.map((value) => `session=${value}`).join('; ')}`;
    const answer = await get('/transcripts/support/1001', fields);
    t.equal(answer.status, 401, cause);
    const id = answer.headers['x-request-id'];
    const line = await gateway.line(({ msg, requestId }) => msg === 'access' && requestId === id);
    t.match({ cause: line['cause'], triedIssuer: line['triedIssuer'] }, { cause, triedIssuer: tried });
    t.equal((await causesCounted()).get(cause), before + 1, `${cause}: counted`);
  }
});

t.test('a token that proves somebody, and no token, have no cause', async (t) => {
  for (const fields of [`Authorization: Bearer ${await sign({})}`, 'Accept: */*']) {
    const before = gateway.logs.length;
    await get('/transcripts/support/1001', fields);
    const line = await gateway.line((one) => one['msg'] === 'access' && gateway.logs.indexOf(one) >= before);
    t.notOk('cause' in line || 'triedIssuer' in line, JSON.stringify(line));
  }
});

t.test(
  'identity headers: only those that upstream.allowHeaders names pass from a visitor, in that spelling',
  async (t) => {
    await platform.take();
    await get(
      '/',
      'X-Remote-User: ann\r\nX_Remote_User: eve\r\nRemote-User: eve\r\nX-Forwarded-User: eve\r\nX-Own: mine',
    );
    const [got] = await platform.take();
    t.equal(got && header(got, 'X-Remote-User'), 'ann');
    t.equal(got && header(got, 'X-Own'), 'mine', 'everything else of the platform’s is untouched');
    for (const name of ['X_Remote_User', 'Remote-User', 'X-Forwarded-User'])
      t.equal(got && header(got, name), undefined, name);
  },
);
