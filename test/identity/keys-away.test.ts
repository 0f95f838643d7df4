import { once } from 'node:events';
import { createServer as createTcp, type AddressInfo } from 'node:net';
import t from 'tap';
import { createVerifier } from '../../src/identity/verifier.ts';
import { createSigner, seconds } from '../support/tokens.ts';
import { bearer, claims, cookies, issuer, options, quiet, secretOf, word } from './scene.ts';
import {
  OFTEN,
  SHORT,
  loaded,
  one,
  serverOf,
  state,
  two,
  unknownKnown,
  until,
  verifierOf,
} from './key-scene.ts';

t.test('keys that cannot be had at start', async (t) => {
  const server = await serverOf(t, one);
  await server.down();
  const fixed = createSigner('HS256', 'hs');
  const keys = [{ jwksUrl: server.url }, secretOf(fixed)];
  const verifier = createVerifier(options([issuer({ keys })], SHORT), { log: quiet });
  t.teardown(() => verifier.close());
  const [good, old] = [one.sign(claims()), one.sign(claims({ exp: seconds(-60) }))];
  t.equal(word(await bearer(verifier, good)), unknownKnown, 'before start');
  verifier.start();
  await until(() => verifier.status().some((source) => source.state === 'down'));
  t.match(verifier.status(), [
    { source: 'fixed', state: 'up' },
    { state: 'down', detail: /ECONNREFUSED/ },
  ]);
  const possible = await bearer(verifier, good);
  t.match(possible, { kind: 'undetermined', via: 'bearer', possible: [{ kind: 'known', subject: 'ada' }] });
  t.equal(word(await cookies(verifier, `session=${good}`)), 'keys-unavailable: known, session-invalid');
  t.equal(word(await bearer(verifier, fixed.sign(claims()))), 'known', 'a key at hand needs no other');
  const certain = [
    ['token-expired', old],
    ['token-invalid', one.sign(claims({ aud: 'x' }))],
    ['token-invalid', one.sign(claims({ nbf: seconds(90) }))],
    ['token-invalid', one.sign(claims(), { alg: 'none' })],
    ['token-invalid', createSigner('HS256', 'x').sign(claims())],
    ['token-foreign', one.sign(claims({ iss: 'https://evil.example/' }))],
  ] as const;
  for (const [expected, token] of certain)
    t.equal(word(await bearer(verifier, token)), expected, 'whatever the keys are');
  t.equal(word(await cookies(verifier, `session=${old}`)), 'session-expired');
  const mine = `session=${fixed.sign(claims())}`;
  const me = 'keys-unavailable: known, known';
  t.equal(
    word(await cookies(verifier, mine, `session=${good}`)),
    'known',
    'the first of one person, in any case',
  );
  t.equal(word(await cookies(verifier, `session=${good}`, mine)), me, 'the first may be either');
  const eve = `session=${one.sign(claims({ sub: 'eve' }))}`;
  t.equal(
    word(await cookies(verifier, mine, eve)),
    'keys-unavailable: session-invalid, known',
    'two people, or one',
  );
  t.equal(word(await cookies(verifier, mine, `session=${old}`)), 'known', 'nobody else, in any case');
  await server.up();
  await until(async () => word(await bearer(verifier, good)) === 'known');
  t.equal(word(await cookies(verifier, mine, eve)), 'session-invalid');
});

t.test('keys that cannot be had later', async (t) => {
  const server = await serverOf(t, one);
  const verifier = verifierOf(t, server.url, { ...OFTEN, keepSeconds: 1.2 });
  const token = one.sign(claims());
  t.equal(word(await bearer(verifier, token)), 'known');
  await server.down();
  await until(() => state(verifier) === 'stale');
  t.equal(word(await bearer(verifier, token)), 'known', 'remembered');
  t.equal(word(await bearer(verifier, one.sign(claims({ sub: 'new' })))), 'known', 'by the last good set');
  t.equal(word(await bearer(verifier, createSigner('ES256', 'k0').sign(claims()))), 'token-invalid');
  t.equal(word(await bearer(verifier, two.sign(claims()))), unknownKnown, 'it may be of a newer set');
  await until(() => state(verifier) === 'down');
  t.equal(word(await bearer(verifier, token)), unknownKnown, 'not past the bound, remembered or not');
  t.equal(word(await cookies(verifier, `session=${token}`)), 'keys-unavailable: known, session-invalid');
  await server.up();
  await until(async () => word(await bearer(verifier, token)) === 'known');
  t.equal(state(verifier), 'up');
});

t.test('a key server that speaks no HTTP', async (t) => {
  const server = createTcp((socket) => socket.on('error', () => undefined).write('\0'.repeat(1000))).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const verifier = verifierOf(t, `http://127.0.0.1:${String(port)}/`);
  await until(() => state(verifier) === 'down');
  t.equal(word(await bearer(verifier, one.sign(claims()))), unknownKnown);
});

t.test('a request waits for a slow key server a second at most', async (t) => {
  const server = await serverOf(t, one);
  const verifier = verifierOf(t, server.url, { timeoutMs: 3000 });
  await loaded(verifier);
  server.answer(() => undefined);
  const begin = performance.now();
  const slow = bearer(verifier, two.sign(claims()));
  t.equal(word(await bearer(verifier, one.sign(claims()))), 'known', 'nobody else waits');
  t.ok(performance.now() - begin < 900);
  t.equal(word(await slow), unknownKnown);
  t.ok(performance.now() - begin < 2500, `${(performance.now() - begin).toFixed(0)} ms`);
});
