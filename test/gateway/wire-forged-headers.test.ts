import t from 'tap';
import { lines } from '../support/raw.ts';
import { as } from './judge.ts';
import { get, host, startWire, viaProxy, type Row } from './wire-scene.ts';

const wire = await startWire();
t.teardown(() => wire.stop());

const hostile = [
  'X-Original-URL',
  'X-Rewrite-URL',
  'X_Original_URL',
  'X.Rewrite.URL',
  'X-Forwarded-Uri',
  'X-Forwarded-Prefix',
  'X-Forwarded-Path',
  'X-Forwarded-Method',
  'X-Forwarded-Server',
  'X_Forwarded_For',
  'X-HTTP-Method-Override',
  'X-HTTP-Method',
  'X-Method-Override',
  'X_HTTP_METHOD_OVERRIDE',
  'X-Original-Host',
  'X-Host',
  'X-Envoy-Original-Path',
  'x-gateway-subject',
  'X_Gateway_Bot',
  'X-Gateway-Decision',
  'X-Gateway-Anything',
  'Forwarded',
  'X-Real-IP',
  'True-Client-IP',
  'X-Request-Id',
  // Gunicorn takes these two for the target's, from whom it trusts: from the gateway.
  'SCRIPT_NAME',
  'PATH_INFO',
  'Path-Info',
  'Request-Uri',
  'QUERY_STRING',
  'REMOTE_ADDR',
  'Proxy',
  'Base-Url',
  'Http-Url',
  'Proxy-Url',
  'Proxy-Host',
  'Url',
  'Uri',
  'X-Url',
  'X-Uri',
  'X-Sendfile-Type',
  'X-Accel-Mapping',
  'X-Accel-Redirect',
  'Real-IP',
  'X-True-IP',
  'X-Forward-For',
  'X-Original-Forwarded-For',
  'X-Original-Remote-Addr',
  'X-Custom-IP-Authorization',
  'X-Envoy-External-Address',
  'X-Azure-ClientIP',
  'Transfer_Encoding',
  'Content_Length',
  'Keep-Alive',
  'Proxy-Connection',
  'Proxy-Authorization',
  'TE',
  'Trailer',
];
const hostileRows: readonly Row[] = hostile.map((name) => ({
  name: `a client's ${name} never reaches the upstream`,
  send: get('/t/closed/1', as.member, `${name}: 7`),
  status: 200,
  upstream: {
    has: ['x-gateway-decision: bot-access', 'x-forwarded-for: 127.0.0.1'],
    lacks: [`${name.toLowerCase()}: 7`],
  },
}));

/** Names by which some proxy or platform takes a visitor for somebody. */
const identities = [
  ...['Remote-User', 'X-Remote-User', 'REMOTE_USER', 'Remote.User', 'Http-Remote-User', 'Remote-Groups'],
  ...['X-Remote-Group', 'X-Forwarded-Email', 'X-Forwarded-Groups', 'X-Forwarded-Preferred-Username'],
  ...[
    'X-Auth-Request-User',
    'x_auth_request_user',
    'X-WebAuth-User',
    'X-authentik-username',
    'X-Authentik-Jwt',
  ],
  ...['Cf-Access-Authenticated-User-Email', 'Cf-Access-Jwt-Assertion', 'Tailscale-User-Login'],
  ...[
    'X-Goog-Authenticated-User-Email',
    'X-Goog-IAP-JWT-Assertion',
    'X-Amzn-Oidc-Identity',
    'X-Amzn-Oidc-Data',
  ],
  ...['X-MS-CLIENT-PRINCIPAL', 'X-MS-CLIENT-PRINCIPAL-NAME', 'X-MS-TOKEN-AAD-ID-TOKEN', 'X-SSL-Client-S-DN'],
  ...[
    'X-SSL-Client-Verify',
    'SSL_CLIENT_CERT',
    'X-Client-Cert',
    'X_Client_Cert',
    'Client-Cert',
    'X-ARR-ClientCert',
  ],
  ...['X-Forwarded-Client-Cert', 'X-Amzn-Mtls-Clientcert', 'OIDC_CLAIM_sub', 'X-Pomerium-Jwt-Assertion'],
  ...['X-Vouch-User', 'X-Authenticated-User', 'SM_USER', 'iv-user', 'Shib-Session-ID'],
];
const passed = ['X-Forwarded-User: ann', 'X-Auth-Request-Email: ann@a.example', 'X-Our-Sso: ann'];
const misspelled = ['X_Forwarded_User', 'X_Auth_Request_Email', 'X_Our.Sso', 'Tailscale_User_Name'];
const identityRows: readonly Row[] = [
  ...[...identities, ...misspelled, 'X-Forwarded-User', 'X-Auth-Request-Email', 'X-Our-SSO'].map(
    (name): Row => ({
      name: `a visitor's ${name} never reaches the upstream`,
      send: get('/t/closed/1', as.member, `${name}: ann`),
      status: 200,
      upstream: { has: ['x-gateway-decision: bot-access'], lacks: [name.toLowerCase()] },
    }),
  ),
  ...[...identities, ...misspelled].map((name): Row => ({
    name: `${name} of a trusted proxy that is not listed neither`,
    at: 'proxied',
    send: get('/t/closed/1', as.member, viaProxy, `${name}: ann`),
    status: 200,
    upstream: { has: ['x-gateway-decision: bot-access'], lacks: [name.toLowerCase()] },
  })),
  {
    name: 'what is listed is passed on from a trusted proxy, and Connection cannot take it away',
    at: 'proxied',
    send: get(
      '/t/closed/1',
      as.member,
      viaProxy,
      'Connection: close, X-Forwarded-User, X-Our-Sso',
      ...passed,
    ),
    status: 200,
    upstream: { has: passed },
  },
  {
    name: 'nor on what is not guarded, from a visitor',
    send: get('/free', ...passed, 'Remote-User: ann'),
    status: 200,
    upstream: { lacks: ['x-forwarded-user', 'x-auth-request-email', 'x-our-sso', 'remote-user'] },
  },
  {
    name: 'nor with a preflight',
    at: 'proxied',
    send: lines(
      'OPTIONS /t/closed/1 HTTP/1.1',
      host,
      viaProxy,
      'Origin: https://a.example',
      'Access-Control-Request-Method: GET',
      ...passed,
    ),
    status: 200,
    upstream: { lacks: ['x-forwarded-user', 'x-our-sso'] },
  },
  {
    name: 'nor in a trailer',
    send: `${lines('POST /t/ok/1 HTTP/1.1', host, 'Trailer: Remote-User', 'Transfer-Encoding: chunked')}1\r\na\r\n0\r\nRemote-User: ann\r\nX-Forwarded-User: ann\r\n\r\n`,
    status: 200,
    upstream: { body: 'a', lacks: ['remote-user', 'x-forwarded-user', 'trailer'] },
  },
  {
    name: 'what the platform’s own scripts send is passed on by name, and all that only looks alike',
    send: get(
      '/t/closed/1',
      as.member,
      ...[
        'Tailscale-User-Name: ann',
        'X-User-Id: 7',
        'X-Auth-Token: t',
        'X-Remote: 1',
        'User: x',
        'X-Client: 2',
      ],
    ),
    status: 200,
    upstream: {
      has: [
        ...['tailscale-user-name: ann', 'x-user-id: 7', 'x-auth-token: t', 'x-remote: 1', 'user: x'],
        'x-client: 2',
      ],
    },
  },
];

const tables: Readonly<Record<string, readonly Row[]>> = {
  headers: hostileRows,
  'headers that name an identity': identityRows,
};
for (const [title, rows] of Object.entries(tables)) t.test(title, (t) => wire.checkAll(t, rows));
