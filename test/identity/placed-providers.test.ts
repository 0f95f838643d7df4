import t from 'tap';
import { encode, seconds } from '../support/tokens.ts';
import { es, hs, rs, who, type Written } from './placed-scene.ts';

const sub = { sub: 'u1', iat: seconds(-10), exp: seconds(600) };

type Row = readonly [
  provider: string,
  expected: string,
  written: Written,
  headers: readonly string[],
  target?: string,
];

const groups = "groups[?starts_with(@, 'bot-')] | map(&replace(@, 'bot-', ''), @)";
const authentik = rs.sign({
  ...{ ...sub, iss: 'https://auth.example/application/o/chat/', aud: 'c1', azp: 'c1', uid: 'x' },
  ...{ acr: 'goauthentik.io/providers/oauth2/default', groups: ['bot-support', 'authentik Admins'] },
});
const ofAuthentik: Written = {
  ...{ issuer: 'https://auth.example/application/o/chat/', audience: 'c1', claims: { bots: groups } },
};
const team = 'https://team.cloudflareaccess.com';
const access = { ...sub, iss: team, aud: ['4714c1358e65'], type: 'app', identity_nonce: 'n', country: 'PT' };
const cloudflare = rs.sign({ ...access, email: 'ada@example.com', custom: { groups: ['support'] } });
const ofService = rs.sign({ ...access, sub: '', common_name: 'robot.access' });
const ofCloudflare: Written = {
  ...{ issuer: team, audience: '4714c1358e65', claims: { bots: 'custom.groups' } },
  from: ['header:cf-access-jwt-assertion', 'cookie:CF_Authorization'],
};

/** As the balancer writes it: `client`, `exp` and `signer` in the header, and each part padded. */
function albData(): string {
  const pad = (text: string): string => text + '='.repeat((4 - (text.length % 4)) % 4);
  const iss = 'https://idp.example/';
  const kid = 'e-1';
  const signer = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/chat/50dc6c495c0c9188';
  const header = { typ: 'JWT', kid, alg: 'ES256', iss, client: 'c1', signer, exp: sub.exp };
  const input = [header, { sub: 'u1', email: 'ada@example.com', exp: sub.exp, iss, bots: ['a'] }]
    .map((part) => pad(encode(JSON.stringify(part))))
    .join('.');
  return `${input}.${pad(es.signature(input))}`;
}
const behindAlb = rs.sign({ ...sub, iss: 'https://idp.example/', aud: 'chat', bots: ['a'] });
const liveKit = hs.sign({
  ...sub,
  iss: 'API4f1',
  nbf: seconds(-10),
  video: { room: 'support', roomJoin: true },
});
const ofLiveKit: Written = {
  issuer: 'API4f1',
  from: ['bearer', 'query:access_token'],
  claims: { bots: 'video.room' },
};
const jwe = [{ alg: 'dir', enc: 'A256CBC-HS512', kid: 'k' }, '', 'iv', 'text', 'tag']
  .map((part) => (part === '' ? '' : encode(JSON.stringify(part))))
  .join('.');
const iap = es.sign({
  ...{ ...sub, iss: 'https://cloud.google.com/iap', aud: '/projects/1/global/backendServices/2' },
  ...{ sub: 'accounts.google.com:1', hd: 'example.com', google: { access_levels: [] } },
});
const ofIap: Written = {
  ...{ issuer: 'https://cloud.google.com/iap', audience: '/projects/1/global/backendServices/2' },
  from: ['header:x-goog-iap-jwt-assertion'],
  ...{ claims: { bots: 'hd' }, botNames: { 'example.com': 'support' }, botNamesOnly: true },
};
const plain = rs.sign({ ...sub, bots: ['a'] });
const amplify = 'CognitoIdentityServiceProvider.c1.ada';
const entra = { ...sub, ver: '2.0', tid: 't1', _claim_names: { groups: 'src1' } };
const overage = rs.sign({
  ...{ ...entra, _claim_sources: { src1: { endpoint: 'https://graph.example/users/u1/getMemberObjects' } } },
});

const rows: readonly Row[] = [
  ['Authentik', 'u1: support', ofAuthentik, ['Authorization', `Bearer ${authentik}`]],
  [
    'Authentik, its outpost in front',
    'u1: support',
    { ...ofAuthentik, from: ['header:x-authentik-jwt'] },
    ['X-authentik-jwt', authentik, 'X-authentik-username', 'eve'],
  ],
  [
    'Authentik, another application’s',
    'unknown-issuer',
    { ...ofAuthentik, issuer: 'https://auth.example/application/o/shop/' },
    ['Authorization', `Bearer ${authentik}`],
  ],
  ['Cloudflare Access', 'u1: support', ofCloudflare, ['Cf-Access-Jwt-Assertion', cloudflare]],
  [
    'Cloudflare Access, the cookie',
    'u1: support',
    ofCloudflare,
    ['Cookie', `CF_Authorization=${cloudflare}`],
  ],
  [
    'Cloudflare Access, both as it sends them',
    'u1: support',
    ofCloudflare,
    ['Cf-Access-Jwt-Assertion', cloudflare, 'Cookie', `CF_Authorization=${cloudflare}`],
  ],
  [
    'Cloudflare Access, another application’s',
    'wrong-audience',
    { ...ofCloudflare, audience: 'ffff' },
    ['Cf-Access-Jwt-Assertion', cloudflare],
  ],
  ['Cloudflare Access, a service token', 'no-subject', ofCloudflare, ['Cf-Access-Jwt-Assertion', ofService]],
  [
    'Cloudflare Access, a service token by its name',
    'robot.access: ',
    { ...ofCloudflare, claims: { subject: 'common_name' } },
    ['Cf-Access-Jwt-Assertion', ofService],
  ],
  [
    'AWS ALB: padded, as no JWT is',
    'not-canonical',
    { issuer: 'https://idp.example/', from: ['header:x-amzn-oidc-data'] },
    ['X-Amzn-Oidc-Data', albData()],
  ],
  [
    'AWS ALB: the token of its provider, beside it',
    'u1: a',
    { issuer: 'https://idp.example/', audience: 'chat', from: ['header:x-amzn-oidc-accesstoken'] },
    ['X-Amzn-Oidc-Accesstoken', behindAlb, 'X-Amzn-Oidc-Data', albData()],
  ],
  ['LiveKit', 'u1: support', ofLiveKit, ['Authorization', `Bearer ${liveKit}`]],
  [
    'LiveKit, as its client connects',
    'u1: support',
    ofLiveKit,
    [],
    `/rtc?access_token=${liveKit}&auto_subscribe=1`,
  ],
  [
    'LiveKit, another project’s',
    'unknown-issuer',
    { ...ofLiveKit, issuer: 'API9' },
    [],
    `/rtc?access_token=${liveKit}`,
  ],
  [
    'Auth.js: encrypted, for itself alone',
    'encrypted',
    { from: ['cookie:__Secure-authjs.session-token'] },
    ['Cookie', `__Secure-authjs.session-token=${jwe}`],
  ],
  ['Auth0 where no API was asked for: encrypted', 'encrypted', {}, ['Authorization', `Bearer ${jwe}`]],
  [
    'Entra, more groups than a token holds: none, and nothing is fetched',
    'u1: ',
    { claims: { bots: 'groups' } },
    ['Authorization', `Bearer ${overage}`],
  ],
  [
    'Entra, the same with app roles',
    'u1: support',
    { claims: { bots: 'roles' } },
    ['Authorization', `Bearer ${rs.sign({ ...entra, roles: ['support'] })}`],
  ],
  ['Google IAP', 'accounts.google.com:1: support', ofIap, ['X-Goog-IAP-JWT-Assertion', iap]],
  [
    'oauth2-proxy',
    'u1: a',
    { from: ['header:x-forwarded-access-token'] },
    ['X-Forwarded-Access-Token', plain],
  ],
  [
    'simplejwt: a scheme of its own',
    'u1: a',
    { from: ['header:authorization jwt'] },
    ['Authorization', `JWT ${plain}`],
  ],
  [
    'Amplify: the person is in the cookie’s name',
    'u1: a',
    { from: ['cookie:CognitoIdentityServiceProvider.c1.*.accessToken'] },
    ['Cookie', `${amplify}.accessToken=${plain}; ${amplify}.idToken=${rs.sign(sub)}`],
  ],
  ['Firebase, its session cookie', 'u1: a', { from: ['cookie:__session'] }, ['Cookie', `__session=${plain}`]],
  [
    'WorkOS: sealed, for itself alone',
    'not-a-token',
    { from: ['cookie:wos-session'] },
    ['Cookie', 'wos-session=Fe26.2*1*0f*aa*bb**cc*dd~2'],
  ],
];

t.test('tokens where providers put them, by what an operator writes', async (t) => {
  for (const [name, expected, written, headers, target] of rows)
    t.equal(await who(written, headers, target), expected, name);
});
