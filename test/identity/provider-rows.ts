import type { IssuerOptions } from '../../src/identity/options.ts';
import { createSigner, seconds } from '../support/tokens.ts';

export const rs = createSigner('RS256', 'p-1');
export const hs = createSigner('HS256');
const times = { iat: seconds(-10), exp: seconds(600) };

/** What an operator writes for a provider, beside the keys; claims are added to the default ones. */
export type Written = Partial<Omit<IssuerOptions, 'claims'>> & {
  readonly claims?: Partial<IssuerOptions['claims']>;
};

/** A token as the provider makes it, what an operator writes for it, and the decision. */
type Row = readonly [provider: string, expected: string, claims: object, written: Written, header?: object];
export const sub = { sub: 'u1', ...times };
export const rows: readonly Row[] = [
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
