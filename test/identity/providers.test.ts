import t from 'tap';
import type { IssuerOptions } from '../../src/identity/options.ts';
import { createVerifier } from '../../src/identity/verifier.ts';
import type { Principal } from '../../src/policy/principal.ts';
import { startJwks } from '../support/jwks.ts';
import { createSigner, encode, seconds } from '../support/tokens.ts';
import { issuer, options, publicOf, quiet, secretOf, word } from './scene.ts';

const rs = createSigner('RS256', 'p-1');
const hs = createSigner('HS256');
const times = { iat: seconds(-10), exp: seconds(600) };

/** What an operator writes for a provider, beside the keys; claims are added to the default ones. */
type Written = Partial<Omit<IssuerOptions, 'claims'>> & {
  readonly claims?: Partial<IssuerOptions['claims']>;
};

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

/** A token as the provider makes it, what an operator writes for it, and the decision. */
type Row = readonly [provider: string, expected: string, claims: object, written: Written, header?: object];
const sub = { sub: 'u1', ...times };
const rows: readonly Row[] = [
  [
    'Auth0',
    'u1: support',
    {
      ...sub,
      aud: ['api', 'userinfo'],
      iss: 'https://t.auth0.example/',
      'https://example.com/bots': ['support'],
    },
    { issuer: 'https://t.auth0.example/', audience: 'api', claims: { bots: 'https://example.com/bots' } },
  ],
  [
    'Auth0, permissions',
    'u1: support',
    { ...sub, permissions: ['read:support', 'write:hr'] },
    { claims: { bots: "permissions[?starts_with(@, 'read:')] | map(&replace(@, 'read:', ''), @)" } },
  ],
  [
    'Auth0, below a dotted name',
    'u1: a',
    { ...sub, 'https://example.com/app': { bots: ['a'] } },
    { claims: { bots: '"https://example.com/app".bots' } },
  ],
  [
    'Keycloak, realm roles',
    'u1: support',
    { ...sub, typ: 'Bearer', azp: 'chat', aud: 'account', realm_access: { roles: ['support'] } },
    { audience: 'account', clientIds: ['chat'], claims: { bots: 'realm_access.roles' } },
  ],
  [
    'Keycloak, a client with a hyphen',
    'u1: a',
    { ...sub, resource_access: { 'my-chat': { roles: ['a'] } } },
    { claims: { bots: 'resource_access.my-chat.roles' } },
  ],
  [
    'Keycloak, a client with dots',
    'u1: a',
    { ...sub, resource_access: { 'chat.example.com': { roles: ['a'] } } },
    { claims: { bots: 'resource_access."chat.example.com".roles' } },
  ],
  [
    'Keycloak, groups',
    'u1: support',
    { ...sub, groups: ['/bots/support', '/staff'] },
    { claims: { bots: "groups[?starts_with(@, '/bots/')] | map(&replace(@, '/bots/', ''), @)" } },
  ],
  [
    'Keycloak, a single group of many words',
    'u1: ',
    { ...sub, group: 'support team' },
    { claims: { bots: 'group' } },
  ],
  ['Keycloak, ID token refused', 'wrong-kind', { ...sub, typ: 'ID' }, {}],
  ['Keycloak, ID token by choice', 'u1: a', { ...sub, typ: 'ID', bots: ['a'] }, { tokenUse: 'id' }],
  [
    'Keycloak, access token where ID tokens are asked for',
    'wrong-kind',
    { ...sub, typ: 'Bearer' },
    { tokenUse: 'id' },
  ],
  ['Keycloak without sub', 'no-subject', { ...times, preferred_username: 'ada' }, {}],
  [
    'Keycloak without sub, by its name',
    'ada: ',
    { ...times, preferred_username: 'ada' },
    { claims: { subject: 'preferred_username' } },
  ],
  ['Keycloak, another client', 'wrong-client', { ...sub, azp: 'shop' }, { clientIds: ['chat'] }],
  [
    'Entra v2, groups as GUIDs',
    't1/u1: support',
    { ...sub, iss: 'https://login.example/t1/v2.0', groups: ['8f2c', '9999'] },
    {
      issuer: 'https://login.example/{tenant}/v2.0',
      tenants: ['t1'],
      botNames: { '8f2c': 'support' },
      botNamesOnly: true,
      claims: { bots: 'groups' },
    },
  ],
  [
    'Entra, a tenant that is not listed',
    'unknown-issuer',
    { ...sub, iss: 'https://login.example/t2/v2.0' },
    { issuer: 'https://login.example/{tenant}/v2.0', tenants: ['t1'] },
  ],
  [
    'Entra, a tenant with a slash',
    'unknown-issuer',
    { ...sub, iss: 'https://login.example/a/b/v2.0' },
    { issuer: 'https://login.example/{tenant}/v2.0' },
  ],
  [
    'Entra, the tenant of the claims is not believed',
    't1/u1: t1',
    { ...sub, iss: 'https://login.example/t1/v2.0', tenant: 'hr' },
    { issuer: 'https://login.example/{tenant}/v2.0', claims: { bots: 'tenant' } },
  ],
  [
    'Cognito, access token',
    'u1: support',
    { ...sub, token_use: 'access', client_id: 'c1', 'cognito:groups': ['support'] },
    { clientIds: ['c1'], claims: { bots: 'cognito:groups' } },
  ],
  [
    'Cognito, another app client',
    'wrong-client',
    { ...sub, token_use: 'access', client_id: 'c2' },
    { clientIds: ['c1'] },
  ],
  ['Cognito, no client', 'wrong-client', sub, { clientIds: ['c1'] }],
  [
    'Cognito, ID token by choice',
    'u1: a',
    { ...sub, token_use: 'id', aud: 'c1', bots: ['a'] },
    { audience: 'c1', tokenUse: 'id' },
  ],
  [
    'Okta, groups in their own names',
    'u1: support',
    { ...sub, cid: 'c1', groups: ['bot-support-readers'] },
    {
      clientIds: ['c1'],
      claims: {
        bots: "groups[?starts_with(@, 'bot-')] | map(&replace(replace(@, 'bot-', ''), '-readers', ''), @)",
      },
    },
  ],
  [
    'Google, hosted domain',
    'u1: all',
    { ...sub, aud: 'c1', hd: 'example.com' },
    {
      audience: 'c1',
      tokenUse: 'id',
      allBots: '*',
      botNames: { 'example.com': '*' },
      botNamesOnly: true,
      claims: { bots: 'hd' },
    },
  ],
  [
    'Google, another domain',
    'u1: ',
    { ...sub, aud: 'c1', hd: 'evil.example' },
    {
      audience: 'c1',
      tokenUse: 'id',
      allBots: '*',
      botNames: { 'example.com': '*' },
      botNamesOnly: true,
      claims: { bots: 'hd' },
    },
  ],
  [
    'Firebase, boolean claims',
    'u1: support',
    { ...sub, support: true, hr: false },
    { claims: { bots: 'items(@)[?[1] == `true`][0]' } },
  ],
  [
    'Clerk, azp',
    'wrong-client',
    { ...sub, azp: 'https://other.example' },
    { clientIds: ['https://chat.example'] },
  ],
  [
    'WorkOS',
    'u1: support',
    { ...sub, permissions: ['support'], client_id: 'w' },
    { clientIds: ['w'], claims: { bots: 'permissions' } },
  ],
  [
    'Zitadel, roles as keys',
    'u1: support',
    { ...sub, 'urn:zitadel:iam:org:project:roles': { support: { 1: 'x' } } },
    { claims: { bots: 'keys("urn:zitadel:iam:org:project:roles")' } },
  ],
  [
    'Ory Hydra, aud empty',
    'u1: a',
    { ...sub, aud: [], ext: { bots: ['a'] } },
    { claims: { bots: 'ext.bots' } },
  ],
  ['SAP XSUAA, jku', 'u1: a', { ...sub, bots: ['a'] }, {}, { jku: 'https://uaa.example/token_keys' }],
  [
    'Twilio',
    'ada: ',
    { ...times, iss: 'SK1', sub: 'AC1', grants: { identity: 'ada' } },
    { issuer: 'SK1', claims: { subject: 'grants.identity' } },
    { cty: 'twilio-fpa;v=1' },
  ],
  [
    'Stream Chat, no exp',
    'no-exp',
    { user_id: 'ada', iat: seconds(-10) },
    { claims: { subject: 'user_id' } },
  ],
  [
    'Stream Chat, by age',
    'ada: ',
    { user_id: 'ada', iat: seconds(-10) },
    { maxAgeSeconds: 3600, claims: { subject: 'user_id' } },
  ],
  [
    'Stream Chat, too old',
    'expired',
    { user_id: 'ada', iat: seconds(-7200) },
    { maxAgeSeconds: 3600, claims: { subject: 'user_id' } },
  ],
  [
    'Stream Chat, neither exp nor iat',
    'no-exp',
    { user_id: 'ada' },
    { maxAgeSeconds: 3600, claims: { subject: 'user_id' } },
  ],
  ['an old token with a far exp', 'expired', { ...sub, iat: seconds(-7200) }, { maxAgeSeconds: 3600 }],
  [
    'Zendesk',
    'e1: , contact e1',
    { ...times, external_id: 'e1', scope: 'user' },
    { claims: { subject: 'external_id', contact: 'external_id' } },
  ],
  [
    'Intercom',
    'i1: ',
    { user_id: 'i1', iat: seconds(-5) },
    { maxAgeSeconds: 600, claims: { subject: 'user_id' } },
  ],
  ['Chatwoot', 'src: ', { ...times, source_id: 'src' }, { claims: { subject: 'source_id' } }],
  ['tymon/jwt-auth, a number as sub', 'no-subject', { ...times, sub: 7 }, {}],
  ['tymon/jwt-auth', '7: ', { ...times, sub: 7 }, { claims: { subject: 'to_string(sub)' } }],
  [
    'Django simplejwt',
    '7: ',
    { ...times, token_type: 'access', user_id: 7 },
    { claims: { subject: 'user_id' } },
  ],
  [
    'Strapi',
    '12: , contact 12',
    { ...times, id: 12 },
    { claims: { subject: 'id', contact: 'to_string(id)' } },
  ],
  ['a number that is none', 'no-subject', { ...times, id: 1.5 }, { claims: { subject: 'id' } }],
  ['WordPress', '3: ', { ...times, data: { user: { id: '3' } } }, { claims: { subject: 'data.user.id' } }],
  ['devise-jwt, aud null', 'u1: ', { ...sub, aud: null, scp: 'user' }, {}],
  [
    'Laravel Passport',
    '1: a',
    { ...times, sub: '1', aud: '1', scopes: ['a'] },
    { audience: '1', claims: { bots: 'scopes' } },
  ],
  [
    'OAuth scope',
    'u1: support hr',
    { ...sub, scope: 'support hr' },
    { claims: { bots: 'scope', scope: 'scope' } },
  ],
  ['Glewlwyd, comma-joined', 'u1: a b', { ...sub, bots: 'a,b' }, { claims: { bots: "split(bots, ',')" } }],
];

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
