import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import t from 'tap';
import { LEAD_MS, rotated, type SigningKey } from '../../src/policy-store/signing-keys.ts';
import { startUpstream } from '../support/upstreams.ts';
import { startGateway, type GatewayProcess } from '../support/gateway-process.ts';
import { ask, lines } from '../support/raw.ts';
import { startRedis } from '../support/redis.ts';
import { createSigner, seconds } from '../support/tokens.ts';

const signer = createSigner('HS256', 'k');
const iss = 'https://issuer.example/';
const upstream = await startUpstream();
const redis = await startRedis();
t.teardown(() => Promise.all([upstream.stop(), redis.stop()]));

const configOf = (algorithm: string, more: object = {}) => ({
  upstream: { url: upstream.url, assertion: { audience: 'chat', algorithm, lifetimeSeconds: 60 } },
  routes: [{ path: '/t/:botId/:id' }],
  identity: {
    issuers: [
      {
        ...{ name: 'staff', issuer: iss, audience: 'x' },
        keys: [{ kid: 'k', algorithm: 'HS256', secretBase64: signer.secret.toString('base64') }],
      },
    ],
  },
  trustedProxies: { cidrs: ['127.0.0.1/32'] },
  ...more,
});
const good = signer.sign({ iss, aud: 'x', sub: 'ada', iat: seconds(-5), exp: seconds(600), bots: ['a'] });

/** The assertions that the platform sees of one request, in any spelling. */
async function asserted(
  gateway: GatewayProcess,
  target: string,
  ...headers: readonly string[]
): Promise<string[]> {
  await ask(
    Number(new URL(gateway.publicUrl).port),
    lines(`GET ${target} HTTP/1.1`, 'Host: chat.example', ...headers),
  );
  return upstream
    .take()
    .flatMap(({ rawHeaders }) =>
      rawHeaders.flatMap((name, at) =>
        at % 2 === 0 && /^x.gateway.assertion$/i.test(name) ? [rawHeaders[at + 1] ?? ''] : [],
      ),
    );
}

async function keysAt(gateway: GatewayProcess): Promise<{ kid: string; alg: string; d?: string }[]> {
  const url = `${gateway.publicUrl}/_gateway/jwks.json`;
  for (let n = 0; n < 100; n += 1) {
    const { keys } = (await (await fetch(url)).json()) as { keys: { kid: string; alg: string }[] };
    if (keys.length > 0) return keys;
    await pause(50);
  }
  throw new Error('no keys');
}

const bearer = `Authorization: Bearer ${good}`;

for (const algorithm of ['ES256', 'EdDSA'])
  t.test(`the platform is told who asks, and can verify it: ${algorithm}`, async (t) => {
    const gateway = await startGateway({ config: configOf(algorithm) });
    t.teardown(() => gateway.stop());
    await keysAt(gateway);
    const [token = '', ...others] = await asserted(
      gateway,
      '/t/a/1',
      bearer,
      'X-Gateway-Assertion: a.b.c',
      'X_Gateway_Assertion: a.b.c',
      'X-Request-Id: r-1',
    );
    t.same(others, [], 'what a visitor says under this name is not passed on');
    const keys = createRemoteJWKSet(new URL(`${gateway.publicUrl}/_gateway/jwks.json`));
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer: 'transcript-gateway',
      audience: 'chat',
    });
    t.match(payload, { sub: 'ada', sub_issuer: 'staff', bot: 'a', reason: 'bot-access', enforced: true });
    t.ok(typeof payload['request_id'] === 'string' && payload['request_id'] !== '');
    t.equal((payload.exp ?? 0) - (payload.iat ?? 0), 60);
    t.equal(protectedHeader.alg, algorithm);
    t.same(
      await asserted(gateway, '/other', bearer, 'X-Gateway-Assertion: a.b.c'),
      [],
      'not guarded, nothing said',
    );
    const folder = join(gateway.dir, 'data');
    t.ok(readdirSync(folder).includes('signing-keys.json'));
    t.equal(statSync(join(folder, 'signing-keys.json')).mode & 0o777, 0o600);
    const jwks = await fetch(`${gateway.publicUrl}/_gateway/jwks.json`);
    t.match(jwks.headers.get('cache-control'), /max-age=300/);
    t.notMatch(await jwks.text(), /"d":/, 'no private half');
    t.notMatch(gateway.text(), token);
    const [again] = await asserted(gateway, '/t/a/1', `Authorization: Bearer ${token}`);
    t.equal(again, undefined, 'it opens nothing here');
  });

t.test('it is signed when it is sent: a wait for the platform takes nothing of its time', async (t) => {
  const sent: { target: string; atSeconds: number; iat: number }[] = [];
  const busy = await startUpstream(({ url: target = '', headers }, response) => {
    const { iat = 0 } = decodeJwt(String(headers['x-gateway-assertion']));
    sent.push({ target, atSeconds: Date.now() / 1000, iat });
    setTimeout(() => response.end('at last'), target === '/t/a/slow' ? 2_500 : 0);
  });
  const { upstream: settings, ...config } = configOf('ES256');
  const gateway = await startGateway({
    config: { ...config, upstream: { ...settings, url: busy.url, connections: 1 } },
  });
  t.teardown(() => Promise.all([gateway.stop(), busy.stop()]));
  await keysAt(gateway);
  const port = Number(new URL(gateway.publicUrl).port);
  const visit = (target: string, method = 'GET', body = '') => {
    const head = lines(
      `${method} ${target} HTTP/1.1`,
      'Host: chat.example',
      bearer,
      `Content-Length: ${body.length}`,
    );
    return ask(port, head + body, { idleMs: 2_000 });
  };
  const first = visit('/t/a/slow');
  await pause(300);
  const answers = await Promise.all([first, visit('/t/a/get'), visit('/t/a/post', 'POST', 'text')]);
  t.same(
    answers.map(({ status }) => status),
    [200, 200, 200],
  );
  t.equal(sent.length, 3);
  for (const { target, atSeconds, iat } of sent)
    t.ok(iat + 1.5 >= atSeconds, `${target} was signed ${atSeconds - iat} s before it was sent`);
});

t.test('all gateways of one store sign by one key, which outlives them', async (t) => {
  const config = configOf('ES256', { store: { redis: { url: redis.url } } });
  const gateways = await Promise.all([startGateway({ config }), startGateway({ config })]);
  const [one, two] = await Promise.all(gateways.map((gateway) => keysAt(gateway)));
  t.same(one, two);
  t.equal(one?.length, 1);
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  const third = await startGateway({ config });
  t.teardown(() => third.stop());
  t.same(await keysAt(third), one);
});

t.test('without the setting there are no keys', async (t) => {
  const { upstream: _, ...config } = configOf('ES256');
  const gateway = await startGateway({ config: { ...config, upstream: { url: upstream.url } } });
  t.teardown(() => gateway.stop());
  t.equal((await fetch(`${gateway.publicUrl}/_gateway/jwks.json`)).status, 404);
  t.same(await asserted(gateway, '/t/a/1', bearer, 'X-Gateway-Assertion: a.b.c'), []);
});

t.test('keys are rotated', async (t) => {
  const day = 86_400_000;
  const at = (nowMs: number, keys: readonly SigningKey[]) =>
    rotated(keys, { algorithm: 'ES256', rotateMs: 30 * day, now: () => nowMs });
  const first = at(0, []);
  t.equal(first.length, 1);
  t.equal(at(29 * day, first), first, 'not before its time');
  const both = at(30 * day, first);
  t.equal(both.length, 2, 'the next one is published beside it');
  t.equal(at(30 * day + LEAD_MS + day, both), both, 'what it signed can be verified for a day more');
  const later = at(32 * day, both);
  t.same(later, [both[1]], 'then it is gone');
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const other: SigningKey = { kid: 'e', algorithm: 'EdDSA', createdAtMs: 0, jwk: { ...jwk } };
  t.match(at(1, [other]), [{ kid: 'e' }, { algorithm: 'ES256' }], 'another algorithm is another key');
});
