import t from 'tap';
import type { IssuerOptions } from '../../src/identity/options.ts';
import { createVerifier } from '../../src/identity/verifier.ts';
import { createSigner, seconds } from '../support/tokens.ts';
import { bearer, claims, issuer, ISS, options, quiet, secretOf, signers, word } from './scene.ts';

const { hs } = signers;
const keys = [secretOf(hs)];
const event = 'http://schemas.openid.net/event/backchannel-logout';
const logout = (changes: object = {}): Record<string, unknown> => {
  const base = {
    iss: ISS,
    aud: 'desk',
    sub: 'ada',
    sid: 's1',
    jti: 'j1',
    iat: seconds(-5),
    exp: seconds(120),
  };
  return { ...base, events: { [event]: {} }, ...changes };
};
const header = { typ: 'logout+jwt' };

const verifierOf = (changes: Partial<IssuerOptions> = {}) =>
  createVerifier(options([issuer({ keys, logoutClientIds: ['desk'], ...changes })]), { log: quiet });

async function read(token: string, changes: Partial<IssuerOptions> = {}): Promise<string> {
  const reading = await verifierOf(changes).readLogout(token, Date.now());
  if (!reading.ok) return reading.cause;
  return reading.logouts
    .map(({ issuer: name, subject, sid }) => `${name} ${subject ?? '-'} ${sid ?? '-'}`)
    .join();
}

type Row = readonly [
  name: string,
  claims: object,
  expected: string,
  header?: object,
  changes?: Partial<IssuerOptions>,
];

/** A logout token with these changes → whom it signs out, or why nobody. */
const rows: readonly Row[] = [
  ['as it should be', {}, 'staff ada s1'],
  ['without a typ', {}, 'staff ada s1', { typ: undefined }],
  ['of a plain typ', {}, 'staff ada s1', { typ: 'JWT' }],
  ['several audiences', { aud: ['x', 'desk'] }, 'staff ada s1'],
  ['by person', { sid: undefined }, 'staff ada -'],
  ['by session', { sub: undefined }, 'staff - s1'],
  ['without an end', { exp: undefined }, 'staff ada s1'],
  ['for whom clientIds name', {}, 'staff ada s1', header, { logoutClientIds: null, clientIds: ['desk'] }],
  ['for the audience', { aud: 'transcript-gateway' }, 'staff ada s1', header, { logoutClientIds: null }],
  [
    'a person by another claim, who is not named',
    {},
    'staff - s1',
    header,
    { claims: { ...issuer().claims, subject: 'uid' } },
  ],
  [
    'of a tenant',
    { iss: 'https://t1.example/' },
    'staff t1/ada s1',
    header,
    { issuer: 'https://{tenant}.example/', tenants: ['t1'] },
  ],
  ['nobody at all', { sub: undefined, sid: undefined }, 'no-subject'],
  [
    'a person by another claim, alone',
    { sid: undefined },
    'no-subject',
    header,
    { claims: { ...issuer().claims, subject: 'uid' } },
  ],
  ['an access token', { events: undefined }, 'no-logout', { typ: 'JWT' }],
  ['another event', { events: { 'https://x': {} } }, 'no-logout'],
  ['an event that is no object', { events: { [event]: true } }, 'no-logout'],
  ['a list of events', { events: [event] }, 'no-logout'],
  ['a nonce', { nonce: 'n' }, 'no-logout'],
  ['a nonce that is null', { nonce: null }, 'no-logout'],
  ['no jti', { jti: undefined }, 'no-logout'],
  ['an empty jti', { jti: '' }, 'no-logout'],
  ['a sid that is no text', { sid: 7 }, 'no-logout'],
  ['no iat', { iat: undefined }, 'bad-time'],
  ['an iat in words', { iat: '1' }, 'bad-time'],
  ['an exp in words', { exp: '1' }, 'bad-time'],
  ['issued later', { iat: seconds(60) }, 'not-yet-valid'],
  ['expired', { iat: seconds(-200), exp: seconds(-60) }, 'expired'],
  ['old, without an end', { iat: seconds(-700), exp: undefined }, 'expired'],
  ['another audience', { aud: 'x' }, 'wrong-audience'],
  ['no audience', { aud: undefined }, 'wrong-audience'],
  [
    'no audience anywhere',
    { aud: undefined },
    'wrong-audience',
    header,
    { logoutClientIds: null, audience: null },
  ],
  ['another issuer', { iss: 'https://x.example/' }, 'unknown-issuer'],
  ['no issuer', { iss: undefined }, 'no-issuer'],
  [
    'another tenant',
    { iss: 'https://t2.example/' },
    'unknown-issuer',
    header,
    { issuer: 'https://{tenant}.example/', tenants: ['t1'] },
  ],
  ['another type', {}, 'wrong-type', { typ: 'at+jwt' }],
  ['a critical header', {}, 'critical-header', { ...header, crit: ['x'], x: 1 }],
  ['no algorithm', {}, 'wrong-algorithm', { ...header, alg: 'none' }],
  ['a public algorithm', {}, 'bad-signature', { ...header, alg: 'RS256' }],
];

t.test('logout tokens', async (t) => {
  for (const [name, changes, expected, head = header, options] of rows)
    t.equal(await read(hs.sign(logout(changes), head), options), expected, name);
  const stranger = createSigner('HS256', 'hs-1');
  t.equal(await read(stranger.sign(logout(), header)), 'bad-signature', 'signed by somebody else');
  t.equal(await read('x'), 'not-a-token');
});

t.test('it opens nothing, in any place', async (t) => {
  const token = hs.sign(logout({ aud: 'transcript-gateway', bots: ['sales'] }));
  t.equal(word(await bearer(verifierOf(), token)), 'token-invalid');
  t.equal(word(await bearer(verifierOf(), hs.sign(claims()))), 'known', 'while an access token does');
});

t.test('of two issuers of one name each is signed out that the token fits', async (t) => {
  const two = [
    issuer({ keys }),
    issuer({ name: 'b', keys }),
    issuer({ name: 'c', keys: [secretOf(createSigner('HS256', 'hs-1'))] }),
  ];
  const verifier = createVerifier(options(two), { log: quiet });
  const reading = await verifier.readLogout(
    hs.sign(logout({ aud: 'transcript-gateway' }), header),
    Date.now(),
  );
  t.match(reading, { ok: true });
  t.same(reading.ok && reading.logouts.map(({ issuer: name }) => name), ['staff', 'b']);
});
