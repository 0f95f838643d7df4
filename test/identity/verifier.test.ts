import t from 'tap';
import { createVerifier } from '../../src/identity/verifier.ts';
import type { Known } from '../../src/policy/principal.ts';
import { createSigner, seconds } from '../support/tokens.ts';
import {
  bearer,
  claims,
  cookies,
  issuer,
  ISS,
  options,
  publicOf,
  quiet,
  secretOf,
  signers,
  word,
} from './scene.ts';

const { hs } = signers;
const keys = [secretOf(hs)];
const every = ['member', 'contact', 'admin'] as const;
const staff = issuer({ keys, from: ['bearer', 'cookie:session', 'cookie:__Host-session'] });
const other = createSigner('ES256', 'o');
const partner = issuer({
  name: 'partner',
  issuer: 'https://partner.example/',
  keys: [publicOf(other)],
  from: ['cookie:partner'],
});

t.test('the cache answers at once, never past what it may', async (t) => {
  const verifier = createVerifier({ ...options([staff]), cacheEntries: 10 }, { log: quiet });
  const token = hs.sign(claims({ exp: seconds(600), nbf: seconds(-60) }));
  const ask = (nowMs: number): unknown => verifier.identify({ bearer: token, cookies: [] }, nowMs);
  const now = Date.now();
  const together = [ask(now), ask(now), ask(now)];
  t.ok(together.every((answer) => answer instanceof Promise));
  const [first, second] = await Promise.all(together);
  t.equal(first, second, 'asked together, verified once');
  t.equal(verifier.stats().verifications, 1);
  t.equal(ask(now), first, 'the same object, without waiting');
  t.match(ask(now + 629_000), { kind: 'known' }, 'within the tolerance');
  t.match(ask(seconds(631) * 1000), { kind: 'refused', reason: 'token-expired' });
  t.match(ask(now - 120_000), { kind: 'refused', reason: 'token-invalid' }, 'a clock set back before nbf');
  t.match(ask(now), { kind: 'known' });
  t.equal((first as Known).expiresAtMs, Math.floor(now / 1000) * 1000 + 630_000);
  const byCookie = await cookies(verifier, `session=${token}`);
  t.match(byCookie, { kind: 'known', via: 'cookie' }, 'a cookie is another matter than a bearer');
  for (let index = 0; index < 100; index++) await bearer(verifier, hs.sign(claims({ sub: String(index) })));
  t.ok(verifier.stats().cached <= 10, 'bounded');
  t.ok(ask(now) instanceof Promise, 'what was not used is forgotten');
  const bad = createSigner('HS256', 'hs-1').sign(claims());
  await bearer(verifier, bad);
  const { verifications } = verifier.stats();
  for (let index = 0; index < 10; index++) t.equal(word(await bearer(verifier, bad)), 'token-invalid');
  t.equal(verifier.stats().verifications, verifications, 'a bad signature is checked once in a while');
});

t.test('the cache keeps what is used and is bounded by weight', async (t) => {
  const verifier = createVerifier({ ...options([staff]), cacheEntries: 20 }, { log: quiet });
  const mine = { bearer: hs.sign(claims()), cookies: [] };
  await verifier.identify(mine, Date.now());
  for (let index = 0; index < 200; index++) {
    t.notOk(verifier.identify(mine, Date.now()) instanceof Promise, 'used all the time');
    await bearer(verifier, hs.sign(claims({ sub: `s${String(index)}`, pad: 'x'.repeat(5000) })));
  }
  t.ok(verifier.stats().cached < 10, `${String(verifier.stats().cached)} long ones are kept`);
});

t.test('a cache of none', async (t) => {
  const verifier = createVerifier({ ...options([staff]), cacheEntries: 0 }, { log: quiet });
  const mine = { bearer: hs.sign(claims()), cookies: [] };
  t.match(await verifier.identify(mine, Date.now()), { kind: 'known' });
  t.ok(verifier.identify(mine, Date.now()) instanceof Promise);
  t.equal(verifier.stats().cached, 0);
});

t.test('claims for explain', async (t) => {
  const verifier = createVerifier(options([issuer({ keys, grants: every }), partner]), { log: quiet });
  const from = (name: string | undefined, more: object): object | undefined =>
    verifier.fromClaims(name, more as Record<string, unknown>, 1_000_000);
  t.match(from('staff', { bots: ['a'] }), {
    issuer: 'staff',
    subject: 'unnamed',
    member: { bots: new Set(['a']) },
  });
  t.match(from(undefined, { iss: ISS, sub: 'ada', exp: 1001 }), {
    issuer: 'staff',
    subject: 'ada',
    expiresAtMs: 1_001_000,
  });
  t.match(from(undefined, {}), { issuer: 'staff' }, 'the first one');
  t.match(from('partner', { bots: 'a' }), { issuer: 'partner' });
  t.equal(from('nobody', {}), undefined);
  t.equal(from('staff', { iss: 'https://evil.example/' }), undefined);
  t.equal(from('staff', { exp: 999 }), undefined, 'expired');
});

t.test('what a token proved, in words', async (t) => {
  const verifier = createVerifier(options([staff]), { log: quiet });
  const lines: string[] = [];
  await verifier.identify({ bearer: hs.sign(claims({ aud: 'x' })), cookies: [] }, Date.now(), (line) =>
    lines.push(line),
  );
  const value = hs.sign(claims());
  await verifier.identify({ cookies: [{ name: 'session', value }] }, Date.now(), (line) => lines.push(line));
  t.same(lines, [
    'bearer: wrong-audience: it is not for this audience (issuer staff)',
    'cookie:session: verified, a token of staff',
  ]);
  t.same([...verifier.stats().refused], [['wrong-audience', 1]]);
  t.same([...verifier.cookieNames], ['session', '__Host-session']);
  t.same(verifier.status(), [{ issuer: 'staff', source: 'fixed', state: 'up', detail: '1 key' }]);
});

t.test('the longest token is a setting, and never more than 16 KiB', async (t) => {
  const said = async (bytes: number | undefined, pad: number) => {
    const limit = bytes === undefined ? {} : { maxTokenBytes: bytes };
    const verifier = createVerifier({ ...options([issuer({ keys })]), ...limit }, { log: quiet });
    return word(await bearer(verifier, hs.sign(claims({ pad: 'x'.repeat(pad) }))));
  };
  t.equal(await said(undefined, 1_000), 'known');
  t.equal(await said(1_000, 1_000), 'token-invalid');
  t.equal(await said(undefined, 7_000), 'token-invalid', '8 KiB where it is not set');
  t.equal(await said(1_000_000, 7_000), 'known');
  t.equal(await said(1_000_000, 13_000), 'token-invalid');
});
