import { createHmac, randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import type { TokenCause } from '../../src/policy/cause.ts';
import type { RefusedBearer } from '../../src/policy/principal.ts';
import { readJsonObject } from '../../src/json.ts';
import { createVerifier } from '../../src/identity/verifier.ts';
import { createSigner, encode, newPair, publicSigner, seconds } from '../support/tokens.ts';
import { bearer, claims, issuer, options, publicOf, quiet, secretOf, signers, word } from './scene.ts';
import { good, invalid, issuers, keys, ok, tables, unsigned } from './token-rows.ts';

const { hs, rs, es, ed, ps } = signers;
const verifier = createVerifier(options(issuers), { log: quiet });

t.test('every token proves what it should, twice', async (t) => {
  const rows = Object.values(tables).flat();
  t.ok(rows.length >= 200, `${String(rows.length)} rows`);
  t.equal(new Set(rows.map(([name]) => name)).size, rows.length, 'every row has a name of its own');
  for (const [group, rows] of Object.entries(tables)) {
    for (const [name, expected, token] of rows) {
      const first = word(await bearer(verifier, token));
      const again = word(await bearer(verifier, token));
      t.same([first, again], [expected, expected], `${group}: ${name}`);
    }
  }
});

t.test('each cause by its word, the same when seen before', async (t) => {
  const at = (changes: object, header: object = {}): string => rs.sign(claims(changes), header);
  const rows: readonly (readonly [cause: TokenCause, token: string, tried?: string])[] = [
    ['too-long', rs.sign(claims({ pad: 'x'.repeat(20_000) }))],
    ['not-a-token', 'a.b'],
    ['encrypted', `${encode('{"alg":"dir","enc":"A256GCM"}')}..AAAA.AAAA.AAAA`],
    ['not-canonical', `${good}==`],
    ['not-json', rs.signTexts('{"alg":"RS256"}', '[1]')],
    ['critical-header', at({}, { crit: ['exp'] }), 'staff'],
    ['wrong-type', at({}, { typ: 'logout+jwt' }), 'staff'],
    ['no-algorithm', at({}, { alg: undefined }), 'staff'],
    ['wrong-algorithm', at({}, { alg: 'none' }), 'staff'],
    ['bad-key-id', at({}, { kid: ['rs-9'] }), 'staff'],
    ['no-issuer', at({ iss: null })],
    ['unknown-issuer', at({ iss: 'https://evil.example/' })],
    ['wrong-place', at({ iss: 'https://cookie.example/' }), 'cookie only'],
    ['no-subject', at({ sub: undefined }), 'staff'],
    ['no-exp', at({ exp: undefined }), 'staff'],
    ['bad-time', at({ nbf: 'soon' }), 'staff'],
    ['wrong-audience', at({ aud: 'other' }), 'staff'],
    ['wrong-kind', at({ typ: 'ID' }), 'staff'],
    ['event', at({ events: {} }), 'staff'],
    ['not-yet-valid', at({ nbf: seconds(600) }), 'staff'],
    ['expired', at({ exp: seconds(-600) }), 'staff'],
    ['no-key-for-algorithm', at({}, { alg: 'ES512' }), 'staff'],
    ['unknown-key', at({}, { kid: 'rs-10' }), 'staff'],
    ['bad-signature', createSigner('RS256', 'rs-9').sign(claims()), 'staff'],
  ];
  const fresh = createVerifier(options(issuers), { log: quiet });
  for (const [cause, token, tried] of rows)
    for (const time of ['first', 'again']) {
      const { kind, ...why } = (await bearer(fresh, token)) as RefusedBearer;
      t.match([kind, why.cause, why.tried], ['refused', cause, tried], `${cause}, ${time}`);
    }
  t.same(
    [...fresh.stats().refused],
    rows.map(([cause]) => [cause, 2]),
    'each is counted each time',
  );
});

t.test('no other spelling of a good token is one', async (t) => {
  for (const token of [hs.sign(claims()), es.sign(claims())]) {
    t.equal(word(await bearer(verifier, token)), ok);
    for (let at = 0; at < token.length; at++)
      for (const other of ['A', '_', '.', '=', '\u00e9', '']) {
        const text = token.slice(0, at) + other + token.slice(at + 1);
        if (text === token) continue;
        const found = await bearer(verifier, text);
        if (found.kind === 'known') t.fail(`${JSON.stringify(other)} at ${String(at)}`);
      }
  }
});

t.test('JSON with one meaning only', (t) => {
  const value = fc.jsonValue({ maxDepth: 2 });
  const object = fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), value);
  fc.assert(
    fc.property(object, (one) => {
      const text = JSON.stringify(one);
      return isDeepStrictEqual(readJsonObject(text), JSON.parse(text));
    }),
    { numRuns: 200 },
  );
  fc.assert(
    fc.property(object, value, value, fc.string(), fc.boolean(), (one, a, b, name, deep) => {
      const escaped = [...name]
        .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
        .join('');
      const twice = `{${JSON.stringify(name)}:${JSON.stringify(a)},"${escaped}":${JSON.stringify(b)}}`;
      const rest = JSON.stringify(one).slice(1, -1);
      const text = deep
        ? `{"":[${twice}]${rest && ','}${rest}}`
        : `${twice.slice(0, -1)}${rest && ','}${rest}}`;
      JSON.parse(text);
      return readJsonObject(text) === undefined;
    }),
    { numRuns: 200 },
  );
  t.end();
});

t.test('no hostile token costs 5 ms', async (t) => {
  const rows = Object.values(tables)
    .flat()
    .filter(([, expected]) => expected !== ok);
  const colds = Array.from({ length: 5 }, () => createVerifier(options([issuer({ keys })]), { log: quiet }));
  for (const cold of colds)
    for (const signer of [hs, rs, es, ed, ps]) await bearer(cold, signer.sign(claims()));
  let worst = ['', 0] as [string, number];
  for (const [name, , token] of rows) {
    const costs: number[] = [];
    for (const cold of colds) {
      const before = process.cpuUsage();
      await bearer(cold, token);
      const { user, system } = process.cpuUsage(before);
      costs.push((user + system) / 1000);
    }
    const cost = Math.min(...costs);
    if (cost > worst[1]) worst = [name, cost];
  }
  t.ok(worst[1] < 5, `the worst is "${worst[0]}" with ${worst[1].toFixed(2)} ms`);
  t.comment(`worst of ${String(rows.length)}: ${worst[0]}, ${worst[1].toFixed(2)} ms`);
});

/** CPU microseconds of one round, all threads. */
async function cpuOf(rounds: number, work: (round: number) => unknown): Promise<number> {
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round++) {
    const done = work(round);
    if (done instanceof Promise) await done;
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / rounds;
}

t.test('what a token costs, new and seen before', async (t) => {
  for (const signer of [hs, rs, es, ed, ps]) {
    const tokens = Array.from({ length: 200 }, (_, index) => signer.sign(claims({ sub: String(index) })));
    const cold = await cpuOf(200, (round) => bearer(verifier, tokens[round] ?? ''));
    t.ok(cold < 5000, `${signer.algorithm}: ${cold.toFixed(0)} us the first time`);
  }
  const [now, seen] = [Date.now(), { bearer: good, cookies: [] }];
  const hot = await cpuOf(20_000, () => verifier.identify(seen, now));
  t.ok(hot < 50, `${hot.toFixed(2)} us when seen before`);
});

t.test('every key size and algorithm that a configuration may name', async (t) => {
  const names = ['HS256', 'HS384', 'HS512', 'RS384', 'RS512', 'PS384', 'PS512', 'ES384', 'ES512'];
  const [pair, another] = [newPair('RS256'), newPair('RS256')];
  for (const name of names) {
    const isRsa = /^[RP]S/.test(name);
    const signer = isRsa ? publicSigner(name, 'k', pair) : createSigner(name, 'k');
    const stranger = isRsa ? publicSigner(name, 'k', another) : createSigner(name, 'k');
    const key = name.startsWith('HS') ? secretOf(signer) : publicOf(signer);
    const one = createVerifier(options([issuer({ keys: [key] })]), { log: quiet });
    t.equal(word(await bearer(one, signer.sign(claims()))), ok, name);
    t.equal(word(await bearer(one, stranger.sign(claims()))), invalid, `${name}, another key`);
  }
  const big = publicSigner('RS256', 'k', newPair('RS256', 3072));
  const one = createVerifier(options([issuer({ keys: [publicOf(big)] })]), { log: quiet });
  t.equal(word(await bearer(one, big.sign(claims()))), ok, 'RSA of 3072 bits');
  const forged = createHmac('sha256', randomBytes(8)).update('x').digest('base64url');
  t.equal(word(await bearer(one, `${unsigned({ alg: 'RS256', kid: 'k' })}.${forged}`)), invalid, 'nonsense');
});
