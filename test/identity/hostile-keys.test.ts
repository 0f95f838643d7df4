import { type ServerResponse } from 'node:http';
import t from 'tap';
import { startJwks } from '../support/jwks.ts';
import { createSigner, newPair, publicSigner, type Signer } from '../support/tokens.ts';
import { bearer, claims, word } from './scene.ts';
import { OFTEN, loaded, one, state, unknownKnown, until, verifierOf } from './key-scene.ts';

const json = (value: unknown) => (_: unknown, response: ServerResponse) =>
  void response.end(JSON.stringify(value));
const status =
  (code: number, headers: Record<string, string> = {}) =>
  (_: unknown, response: ServerResponse) =>
    void response.writeHead(code, headers).end(JSON.stringify({ keys: [one.jwk] }));

/** Answers no keys may be taken from, and the word that the status then has. */
const hostile: readonly (readonly [
  name: string,
  detail: RegExp,
  answer: (_: unknown, response: ServerResponse) => void,
])[] = [
  ['nothing at all', /within 3000 ms/, () => undefined],
  [
    'headers and then nothing',
    /within 3000 ms/,
    (_, response) => void response.writeHead(200).write('{"keys":['),
  ],
  [
    'a byte at a time',
    /within 3000 ms/,
    (_, response) => {
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(timer));
    },
  ],
  [
    'a huge answer',
    /256 KiB/,
    (_, response) => {
      const write = (): void => {
        while (!response.destroyed && response.write(' '.repeat(65536)));
      };
      response.on('drain', write);
      write();
    },
  ],
  [
    'headers without end',
    /could not be asked|HPE|Headers/,
    (_, response) => {
      response.socket?.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => response.socket?.write(`x-pad: ${'x'.repeat(60000)}\r\n`), 1);
      response.on('close', () => clearInterval(timer));
      response.socket?.on('close', () => clearInterval(timer));
      response.socket?.on('error', () => undefined);
    },
  ],
  ['an empty body', /not JSON/, (_, response) => void response.end()],
  ['HTML', /not JSON/, (_, response) => void response.end('<html>')],
  [
    'cut short',
    /could not be asked|not JSON/,
    (_, response) => {
      response.writeHead(200, { 'content-length': '5000' }).write('{"keys":[');
      response.socket?.end();
    },
  ],
  ['null', /not a JSON Web Key Set/, json(null)],
  ['a list of none', /no key that can verify/, json([])],
  ['no keys member', /not a JSON Web Key Set/, json({})],
  ['keys an object', /not a JSON Web Key Set/, json({ keys: { 0: one.jwk } })],
  ['no keys', /no key that can verify/, json({ keys: [] })],
  [
    'only unusable keys',
    /no key that can verify/,
    json({ keys: [null, 1, 'x', [], {}, { kty: 'oct', k: 'AAAA' }] }),
  ],
  ['too many keys', /more than 512/, json({ keys: Array.from({ length: 513 }, () => one.jwk) })],
  ['deep JSON', /not a JSON Web Key Set|not JSON/, (_, response) => void response.end('['.repeat(100_000))],
  ['a redirect to itself', /answered 302/, status(302, { location: '/jwks.json' })],
  ['a permanent redirect', /answered 301/, status(301, { location: 'http://127.0.0.1:1/' })],
  ['not found, with keys', /answered 404/, status(404)],
  ['an error, with keys', /answered 500/, status(500)],
  ['no content', /answered 204/, status(204)],
  [
    'compressed, cut short',
    /cannot be read as gzip/,
    (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end('\x1f\x8b\x08'),
  ],
  ['not HTTP', /not HTTP/, (_, response) => void response.socket?.end('SSH-2.0-x\r\n')],
  ['a reset', /could not be asked/, (_, response) => void response.socket?.resetAndDestroy()],
];

t.test('hostile answers: no keys from them, and the last good ones stay', async (t) => {
  await Promise.all(
    hostile.map(async ([name, detail, answer]) => {
      const server = await startJwks([one.jwk]);
      const had = verifierOf(t, server.url, { ...OFTEN, timeoutMs: 3000 });
      await loaded(had);
      server.answer(answer);
      const before = server.hits();
      const late = verifierOf(t, server.url, { timeoutMs: 3000 });
      await until(() => state(late) === 'down' && state(had) === 'stale');
      const [why] = late.status();
      t.match(why?.detail, detail, `${name}: ${String(why?.detail)}`);
      t.equal(word(await bearer(late, one.sign(claims()))), unknownKnown, `${name}: without keys`);
      t.equal(word(await bearer(had, one.sign(claims({ name })))), 'known', `${name}: with keys`);
      t.ok(server.hits() - before < 25, `${name}: asked ${String(server.hits() - before)} times`);
      await Promise.all([late.close(), had.close(), server.close()]);
    }),
  );
});

t.test('which keys of a set count, and for what', async (t) => {
  const rsa = publicSigner('RS256', 'rsa');
  const { alg: _alg, use: _use, ...bareRsa } = rsa.jwk;
  const jwk = (signer: Signer, changes: object): object => ({ ...signer.jwk, ...changes });
  const weak = publicSigner('RS256', 'weak', newPair('RS256', 1024));
  const pair = newPair('ES256');
  const leaked = publicSigner('ES256', 'leaked', pair);
  const named = (kid: string): Signer => createSigner('ES256', kid);
  const [enc, ops, noVerify, odd, wrong, curve] = ['enc', 'ops', 'no-verify', 'odd', 'wrong', 'curve'].map(
    named,
  ) as [...[Signer, Signer, Signer, Signer, Signer, Signer]];
  const secret = createSigner('HS256', 'oct');
  const server = await startJwks([
    bareRsa,
    weak.jwk,
    { ...pair.privateKey.export({ format: 'jwk' }), kid: 'leaked' },
    jwk(enc, { use: 'enc' }),
    jwk(ops, { key_ops: ['verify'], use: undefined }),
    jwk(noVerify, { key_ops: ['sign'], use: undefined }),
    jwk(odd, { kid: 7 }),
    jwk(wrong, { alg: 'RS256' }),
    jwk(curve, { x: 'AAAA' }),
    { kty: 'oct', kid: 'oct', k: secret.secret.toString('base64url'), alg: 'HS256' },
    createSigner('EdDSA', 'ed').jwk,
  ]);
  t.teardown(() => server.close());
  const verifier = verifierOf(t, server.url);
  await loaded(verifier);
  t.equal(verifier.status()[0]?.detail, '4 keys', 'one of them under a number');
  const rows: readonly (readonly [string, string, string])[] = [
    ['an RSA key without alg', 'known', rsa.sign(claims())],
    ['key_ops verify', 'known', ops.sign(claims())],
    ['a weak RSA key', 'token-invalid', weak.sign(claims())],
    ['a private key', 'token-invalid', leaked.sign(claims())],
    ['a key for encryption', 'token-invalid', enc.sign(claims())],
    ['key_ops sign', 'token-invalid', noVerify.sign(claims())],
    ['a kid that is a number', 'token-invalid', odd.sign(claims())],
    ['an EC key with alg RS256', 'token-invalid', wrong.sign(claims())],
    ['a point that is on no curve', 'token-invalid', curve.sign(claims())],
    ['a secret', 'token-invalid', secret.sign(claims())],
  ];
  for (const [name, expected, token] of rows) t.equal(word(await bearer(verifier, token)), expected, name);
});
