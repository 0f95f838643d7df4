import { once } from 'node:events';
import { createServer as createHttp, type ServerResponse } from 'node:http';
import { createServer as createTcp, type AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Provider } from 'oidc-provider';
import t from 'tap';
import { createVerifier, type Verifier } from '../../src/identity/verifier.ts';
import { startJwks, type JwksServer } from '../support/jwks.ts';
import { createSigner, newPair, publicSigner, seconds, type Signer } from '../support/tokens.ts';
import { bearer, claims, cookies, issuer, options, quiet, secretOf, word } from './scene.ts';

type Scope = { teardown(fn: () => unknown): void };

/** Short times, so that a test sees what takes minutes in life. */
const SHORT = { timeoutMs: 1000, refreshSeconds: 60, cooldownSeconds: 0.4, keepSeconds: 60 };
const OFTEN = { refreshSeconds: 0.1 };

function verifierOf(t: Scope, url: string, jwks: object = {}, previous?: Verifier): Verifier {
  const issuers = [issuer({ keys: [{ jwksUrl: url }] })];
  const deps = { log: quiet, ...(previous && { previous }) };
  const verifier = createVerifier(options(issuers, { ...SHORT, ...jwks }), deps);
  t.teardown(() => verifier.close());
  verifier.start();
  return verifier;
}

async function serverOf(t: Scope, ...signers: Signer[]): Promise<JwksServer> {
  const server = await startJwks(signers.map(({ jwk }) => jwk));
  t.teardown(() => server.close());
  return server;
}

async function until(what: () => boolean | Promise<boolean>, limitMs = 20_000): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await what())) {
    if (Date.now() > end) throw new Error(`not within ${String(limitMs)} ms: ${what.toString()}`);
    await pause(10);
  }
}

const state = (verifier: Verifier): string | undefined => verifier.status()[0]?.state;
const loaded = (verifier: Verifier): Promise<void> => until(() => state(verifier) === 'up');

const [one, two, three] = ['ES256', 'ES256', 'ES256'].map((alg, index) =>
  createSigner(alg, `k${String(index)}`),
) as [Signer, Signer, Signer];
const unknownKnown = 'keys-unavailable: known';

t.test('keys are fetched, and a request during the first fetch waits for it', async (t) => {
  const server = await serverOf(t, one, two);
  const verifier = verifierOf(t, `${server.url}?secret=1`);
  t.match(verifier.status(), [{ issuer: 'staff', source: server.url, state: 'loading' }]);
  t.equal(word(await bearer(verifier, two.sign(claims()))), 'known');
  t.equal(word(await bearer(verifier, one.sign(claims(), { kid: undefined }))), 'known', 'no kid');
  t.equal(word(await bearer(verifier, three.sign(claims(), { kid: 'k1' }))), 'token-invalid');
  t.match(verifier.status(), [{ state: 'up', detail: '2 keys' }]);
  t.ok((verifier.status()[0]?.ageSeconds ?? 9) < 2);
  t.equal(server.hits(), 1);
  t.match(verifier.stats(), { keyFetches: 1, keyFetchFailures: 0 });
});

t.test('two issuers of one URL share its keys', async (t) => {
  const server = await serverOf(t, one);
  const keys = [{ jwksUrl: server.url }];
  const second = issuer({ name: 'second', issuer: 'https://second.example/', keys });
  const verifier = createVerifier(options([issuer({ keys }), second], SHORT), { log: quiet });
  t.teardown(() => verifier.close());
  verifier.start();
  t.equal(word(await bearer(verifier, one.sign(claims()))), 'known');
  t.equal(word(await bearer(verifier, one.sign(claims({ iss: 'https://second.example/' })))), 'known');
  t.equal(server.hits(), 1);
});

t.test('rotation', async (t) => {
  t.test('with overlap nobody notices', async (t) => {
    const server = await serverOf(t, one);
    const verifier = verifierOf(t, server.url, OFTEN);
    const token = one.sign(claims());
    t.equal(word(await bearer(verifier, token)), 'known');
    server.serve([one.jwk, two.jwk]);
    t.equal(word(await bearer(verifier, two.sign(claims()))), 'known', 'the new key at once');
    t.equal(word(await bearer(verifier, token)), 'known', 'the old key still');
    t.notOk(
      verifier.identify({ bearer: token, cookies: [] }, Date.now()) instanceof Promise,
      'from the cache',
    );
  });
  t.test('without overlap, and the old key stops at once', async (t) => {
    const server = await serverOf(t, one);
    const verifier = verifierOf(t, server.url);
    const token = one.sign(claims());
    t.equal(word(await bearer(verifier, token)), 'known');
    server.serve([two.jwk]);
    t.equal(word(await bearer(verifier, token)), 'known', 'nothing was fetched yet');
    t.equal(word(await bearer(verifier, two.sign(claims()))), 'known');
    t.equal(word(await bearer(verifier, token)), 'token-invalid', 'remembered, but its key is gone');
  });
  t.test('a key that is gone stops by the periodic fetch alone', async (t) => {
    const server = await serverOf(t, one, two);
    const verifier = verifierOf(t, server.url, OFTEN);
    const token = one.sign(claims());
    t.equal(word(await bearer(verifier, token)), 'known');
    server.serve([two.jwk]);
    await until(async () => word(await bearer(verifier, token)) === 'token-invalid');
    server.serve([one.jwk, two.jwk]);
    await until(async () => word(await bearer(verifier, token)) === 'known');
  });
  t.test('another key under the same kid', async (t) => {
    const server = await serverOf(t, one);
    const verifier = verifierOf(t, server.url, OFTEN);
    const [token, same] = [one.sign(claims()), createSigner('ES256', 'k0')];
    t.equal(word(await bearer(verifier, token)), 'known');
    t.equal(word(await bearer(verifier, same.sign(claims()))), 'token-invalid');
    server.serve([same.jwk]);
    await until(async () => word(await bearer(verifier, same.sign(claims()))) === 'known');
    t.equal(word(await bearer(verifier, token)), 'token-invalid');
  });
  t.test('keys without kid', async (t) => {
    const [a, b] = [createSigner('ES256'), createSigner('ES256')];
    const server = await serverOf(t, a);
    const verifier = verifierOf(t, server.url);
    t.equal(word(await bearer(verifier, a.sign(claims()))), 'known');
    server.serve([b.jwk]);
    t.equal(word(await bearer(verifier, b.sign(claims()))), 'known');
    t.equal(word(await bearer(verifier, a.sign(claims()))), 'token-invalid');
  });
});

t.test('a flood of unknown kids fetches once in a cool-down', async (t) => {
  const server = await serverOf(t, one);
  const verifier = verifierOf(t, server.url);
  await loaded(verifier);
  const [begin, before] = [performance.now(), server.hits()];
  let asked = 0;
  while (performance.now() - begin < 1300) {
    const tokens = Array.from({ length: 20 }, () => two.sign(claims(), { kid: `x${String(asked++)}` }));
    const words = await Promise.all(tokens.map(async (token) => word(await bearer(verifier, token))));
    t.ok(words.every((one) => one === 'token-invalid'));
    await pause(5);
  }
  const coolDowns = Math.ceil((performance.now() - begin) / 400);
  const fetched = server.hits() - before;
  t.ok(
    fetched >= 2 && fetched <= coolDowns,
    `${String(fetched)} fetches for ${String(asked)} kids, ${String(coolDowns)}`,
  );
  server.serve([one.jwk, two.jwk]);
  await pause(450);
  t.equal(word(await bearer(verifier, two.sign(claims()))), 'known', 'who asked in vain is heard afterwards');
});

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

t.test('a reload goes on with the keys at hand', async (t) => {
  const server = await serverOf(t, one);
  const before = verifierOf(t, server.url);
  await loaded(before);
  await server.down();
  const after = verifierOf(t, server.url, { keepSeconds: 1 }, before);
  await before.close();
  t.equal(word(await bearer(after, one.sign(claims()))), 'known');
  await until(() => state(after) === 'stale');
  t.equal(word(await bearer(after, one.sign(claims()))), 'known');
  await until(() => state(after) === 'down');
  t.equal(word(await bearer(after, one.sign(claims()))), unknownKnown, 'their age goes on too');
});

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

t.test('tokens of a real identity provider', async (t) => {
  const server = createHttp((request, response) => void provider.callback()(request, response)).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  t.teardown(() => server.close());
  const base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const pair = newPair('RS256');
  const resource = { scope: '', audience: 'transcript-gateway', accessTokenFormat: 'jwt' };
  const provider = new Provider(base, {
    jwks: { keys: [{ ...pair.privateKey.export({ format: 'jwk' }), kid: 'real', use: 'sig', alg: 'RS256' }] },
    clients: [
      {
        ...{ client_id: 'robot', client_secret: 'x'.repeat(40), grant_types: ['client_credentials'] },
        ...{ redirect_uris: [], response_types: [] },
      },
    ],
    extraTokenClaims: () => ({ bots: ['sales'] }),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => 'urn:gateway',
        getResourceServerInfo: () => ({ ...resource, jwt: { sign: { alg: 'RS256' } } }),
      },
    },
  });
  const answer = await fetch(`${base}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`robot:${'x'.repeat(40)}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  const keys = [{ jwksUrl: `${base}/jwks` }];
  const verifier = createVerifier(options([issuer({ issuer: base, keys })], SHORT), { log: quiet });
  t.teardown(() => verifier.close());
  verifier.start();
  const principal = await bearer(verifier, token);
  t.match(
    principal,
    { kind: 'known', subject: 'robot', member: { bots: new Set(['sales']) } },
    word(principal),
  );
});
