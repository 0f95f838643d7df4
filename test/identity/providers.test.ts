import t from 'tap';
import type { IssuerOptions } from '../../src/identity/options.ts';
import { createVerifier } from '../../src/identity/verifier.ts';
import type { Principal } from '../../src/policy/principal.ts';
import { startJwks } from '../support/jwks.ts';
import { createSigner, encode } from '../support/tokens.ts';
import { issuer, options, publicOf, quiet, secretOf, word } from './scene.ts';
import { type Written, hs, rows, rs, sub } from './provider-rows.ts';

function verifierOf({ claims = {}, ...written }: Written) {
  const base = issuer({ name: 'idp', keys: [publicOf(rs), secretOf(hs)], issuer: null, audience: null });
  const all = {
    ...base,
    grants: ['member', 'contact'] as const,
    ...written,
    claims: { ...base.claims, ...claims },
  };
  return createVerifier(options([all]), { log: quiet });
}

/** Person and bots, or why not. */
function said(principal: Principal): string {
  if (principal.kind !== 'known') return 'cause' in principal ? `${principal.cause}` : word(principal);
  const bots = principal.member?.bots ?? [];
  return `${principal.subject}: ${bots === 'all' ? 'all' : [...bots].join(' ')}${principal.contact?.id === undefined ? '' : `, contact ${principal.contact.id}`}`;
}

t.test('tokens as providers make them, by what an operator writes', async (t) => {
  for (const [name, expected, claims, written, header] of rows) {
    const verifier = verifierOf(written);
    const token = rs.sign(claims, header);
    t.equal(said(await verifier.identify({ bearer: token, cookies: [] }, Date.now())), expected, name);
  }
});

const token = rs.sign({ ...sub, bots: ['a'] });
const other = rs.sign({ ...sub, sub: 'u2', bots: ['a'] });
const supabase = (of = token): string =>
  `base64-${encode(JSON.stringify({ access_token: of, refresh_token: 'r', user: { id: 'x' } }))}`;
const cut = (name: string, text: string, size: number): string[] =>
  (text.match(new RegExp(`.{1,${size}}`, 'gs')) ?? []).map((part, at) => `${name}.${at}=${part}`);
const SB = 'sb-abc-auth-token';

t.test('cookies as frameworks write them', async (t) => {
  const verifier = verifierOf({ from: ['cookie:session', 'cookie:sb-*-auth-token'] });
  const cookies: readonly (readonly [name: string, expected: string, ...texts: string[]])[] = [
    ['as it is', 'u1: a', `session=${token}`],
    ['URL-encoded', 'u1: a', `session=${token.replaceAll('.', '%2E')}`],
    ['after Bearer', 'u1: a', `session=Bearer ${token}`],
    ['after Bearer, URL-encoded', 'u1: a', `session=Bearer%20${token}`],
    ['quoted, URL-encoded', 'u1: a', `session=%22Bearer%20${token}%22`],
    ['JSON, URL-encoded', 'u1: a', `session=${encodeURIComponent(JSON.stringify({ access_token: token }))}`],
    ['Express j:', 'u1: a', `session=${encodeURIComponent(`j:${JSON.stringify({ token })}`)}`],
    ['cookie-parser s:', 'u1: a', `session=${encodeURIComponent(`s:${token}.c2lnbmF0dXJl`)}`],
    ['a list', 'u1: a', `session=${encodeURIComponent(JSON.stringify([token, 'refresh']))}`],
    ['Base64 of JSON', 'u1: a', `session=${encode(JSON.stringify({ access_token: token }))}`],
    ['Supabase', 'u1: a', `${SB}=${supabase()}`],
    ['Supabase, in pieces', 'u1: a', ...cut(SB, supabase(), 300)],
    ['Supabase, in pieces of another order', 'u1: a', ...cut(SB, supabase(), 300).reverse()],
    ['a piece is missing', 'not-a-token', ...cut(SB, supabase(), 300).filter((_, at) => at !== 1)],
    ['a piece twice', 'not-a-token', ...cut(SB, supabase(), 300), `${SB}.1=x`],
    [
      'pieces of two people under one name',
      'not-a-token',
      ...cut(SB, supabase(), 300),
      ...cut(SB, supabase(other), 300),
    ],
    ['two people, one in pieces', 'two-people', ...cut(SB, supabase(), 300), `session=${other}`],
    ['one person, twice', 'u1: a', ...cut(SB, supabase(), 300), `session=${token}`],
    [
      'a member twice',
      'not-a-token',
      `session=${encodeURIComponent(`{"access_token":"${token}","access_token":"${other}"}`)}`,
    ],
    [
      'another pattern',
      'no-credential',
      `xsb-abc-auth-token=${token}`,
      `sb-auth-token=${token}`,
      `sb-a-auth-tokens=${token}`,
    ],
    ['nonsense behind percent signs', 'not-a-token', 'session=%zz%'],
    ['JSON in JSON in JSON', 'not-a-token', `session=${encodeURIComponent('"\\"\\\\\\"\\\\\\\\x\\""')}`],
    ['an opaque session', 'not-a-token', 'session=9f8e7d6c'],
  ];
  for (const [name, expected, ...texts] of cookies) {
    const pairs = texts.map((text) => ({
      name: text.slice(0, text.indexOf('=')),
      value: text.slice(text.indexOf('=') + 1),
    }));
    t.ok(
      pairs.every((pair) => verifier.cookieNames.has(pair.name)) || expected === 'no-credential',
      `${name}: ours`,
    );
    t.equal(said(await verifier.identify({ cookies: pairs }, Date.now())), expected, name);
  }
  t.notOk(verifier.cookieNames.has('theme'));
});

t.test('keys where providers publish them', async (t) => {
  const server = await startJwks([rs.jwk]);
  t.teardown(() => server.close());
  const origin = new URL(server.url).origin;
  const bare = Object.fromEntries(Object.entries(rs.jwk).filter(([name]) => name !== 'alg'));
  const ps = createSigner('PS256', 'ps');
  const { d: _, alg: __, ...psBare } = ps.jwk as Record<string, unknown>;
  const many = Array.from({ length: 6 }, () => createSigner('ES256'));
  const json = (value: unknown) => (): unknown => value;
  const answers: readonly (readonly [name: string, expected: string, body: () => unknown, token: string])[] =
    [
      ['a set', 'u1: a', json({ keys: [rs.jwk] }), token],
      ['a bare list', 'u1: a', json([rs.jwk]), token],
      ['a single key', 'u1: a', json(rs.jwk), token],
      ['RSA without alg', 'u1: a', json({ keys: [bare] }), token],
      ['RSA without alg, PS256', 'u1: a', json({ keys: [psBare] }), ps.sign({ ...sub, bots: ['a'] })],
      [
        'six keys without kid, the sixth',
        'u1: a',
        json({ keys: many.map(({ jwk }) => jwk) }),
        many[5]?.sign({ ...sub, bots: ['a'] }) ?? '',
      ],
      [
        'a number as kid',
        'u1: a',
        json({ keys: [{ ...rs.jwk, kid: 5 }] }),
        rs.sign({ ...sub, bots: ['a'] }, { kid: 5 }),
      ],
      ['use: signature', 'u1: a', json({ keys: [{ ...rs.jwk, use: 'signature' }] }), token],
      [
        '130 keys',
        'u1: a',
        json({ keys: [...Array.from({ length: 129 }, () => ({ kty: 'oct', k: 'AA' })), rs.jwk] }),
        token,
      ],
      ['a private key', 'keys-unavailable', json({ keys: [{ ...rs.jwk, d: 'AAAA' }] }), token],
      ['for encryption', 'keys-unavailable', json({ keys: [{ ...rs.jwk, use: 'enc' }] }), token],
    ];
  for (const [name, expected, body, presented] of answers) {
    server.answer((_, response) => response.end(JSON.stringify(body())));
    t.match(await ask([{ jwksUrl: server.url }], presented), expected, name);
  }
  server.answer((_, response) => response.end(`\ufeff${JSON.stringify({ keys: [rs.jwk] })}`));
  t.equal(await ask([{ jwksUrl: server.url }], token), 'u1: a', 'a byte-order mark');
  const { gzipSync } = await import('node:zlib');
  server.answer((_, response) => {
    response.setHeader('content-encoding', 'gzip').end(gzipSync(JSON.stringify({ keys: [rs.jwk] })));
  });
  t.equal(await ask([{ jwksUrl: server.url }], token), 'u1: a', 'gzip that nobody asked for');
  server.answer((_, response) => {
    response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(50_000_000)));
  });
  t.match(await ask([{ jwksUrl: server.url }], token), 'keys-unavailable', 'a gzip bomb');

  const iss = `${origin}/tenant`;
  const mine = rs.sign({ ...sub, iss, bots: ['a'] });
  const documents: readonly (readonly [name: string, expected: string, path: string, document: object])[] = [
    [
      'OpenID Connect Discovery',
      'u1: a',
      '/tenant/.well-known/openid-configuration',
      { issuer: iss, jwks_uri: `${origin}/keys` },
    ],
    [
      'RFC 8414',
      'u1: a',
      '/.well-known/oauth-authorization-server/tenant',
      { issuer: iss, jwks_uri: `${origin}/keys` },
    ],
    [
      'of another issuer',
      'keys-unavailable',
      '/tenant/.well-known/openid-configuration',
      { issuer: `${iss}/`, jwks_uri: `${origin}/keys` },
    ],
    [
      'keys without TLS',
      'keys-unavailable',
      '/tenant/.well-known/openid-configuration',
      { issuer: iss, jwks_uri: 'http://keys.example/keys' },
    ],
    ['no keys', 'keys-unavailable', '/tenant/.well-known/openid-configuration', { issuer: iss }],
  ];
  for (const [name, expected, path, document] of documents) {
    server.answer((request, response) => {
      response.statusCode = request.url === path || request.url === '/keys' ? 200 : 404;
      response.end(JSON.stringify(request.url === path ? document : { keys: [rs.jwk] }));
    });
    t.match(await ask([], mine, { discover: iss, issuer: undefined }), expected, name);
  }
});

async function ask(keys: IssuerOptions['keys'], presented: string, more: Written = {}): Promise<string> {
  const verifier = verifierOf({ keys, ...more });
  verifier.start();
  const principal = await verifier.identify({ bearer: presented, cookies: [] }, Date.now());
  await verifier.close();
  return said(principal);
}
