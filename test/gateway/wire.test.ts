import t, { type Test } from 'tap';
import { compileIdentityHeaders } from '../../src/gateway/identity-headers.ts';
import { ask, lines, sendRaw, type RawResponse } from '../support/raw.ts';
import { startUpstream, type Seen } from '../support/upstreams.ts';
import { startDoor } from './door.ts';

const upstream = await startUpstream((request, response) => {
  response.setHeader('Content-Type', 'text/plain');
  response.setHeader('Cache-Control', 'public, max-age=60');
  response.setHeader('Set-Cookie', ['a=1', 'b=2']);
  response.end(request.method === 'HEAD' ? undefined : 'upstream');
});
const door = await startDoor(upstream.url, {
  settings: {
    corsOrigins: ['https://app.example'],
    identityHeaders: compileIdentityHeaders({
      passHeaders: ['X-Forwarded-User', 'x-auth-request-email', 'X-Our-Sso'],
      allowHeaders: ['Tailscale-User-Name'],
    }),
  },
});
t.teardown(async () => {
  await door.stop();
  await upstream.stop();
});

interface Row {
  readonly name: string;
  readonly send: string;
  readonly status: number;
  /** X-Gateway-Reason; answers of the upstream's own have none. */
  readonly reason?: string;
  /** Header and what its value must match; null: it must not be there. */
  readonly answer?: Readonly<Record<string, RegExp | null>>;
  /** What the upstream received; undefined: nothing. */
  readonly upstream?: {
    readonly target?: string;
    readonly method?: string;
    readonly body?: string;
    /** Lines that it must have received, as `name: value`, in any case of the name. */
    readonly has?: readonly string[];
    /** Names of which it must have received none, in lower case. */
    readonly lacks?: readonly string[];
  };
}

const host = 'Host: chat.example';
const get = (target: string, ...more: readonly string[]): string =>
  lines(`GET ${target} HTTP/1.1`, host, ...more);
const html = 'Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8';
const plain = (name: string, target: string): Row => ({
  name,
  send: get(target),
  status: 200,
  upstream: { target },
});

const legalTargets: readonly Row[] = [
  plain('a plain target', '/'),
  plain('a dot in front', '/..hidden'),
  plain('a Latin-1 octet, encoded', '/caf%E9'),
  plain('an encoded space', '/a%20b'),
  plain('double slashes', '//a//b/'),
  plain('an encoded slash', '/a%2Fb'),
  plain('dot segments', '/a/../b/./c'),
  plain('raw {}|"<>^` in path and query', '/a{}|"<>^`?q={}|"<>^`'),
  plain('an encoded NUL', '/a%00b'),
  plain('a lone percent sign in a query', '/a?q=%zz'),
  plain('a query like a URL', '/a?next=https://b.example/c?d=e'),
  plain('only a question mark', '/?'),
  plain('a long query', `/a?${'x'.repeat(4_000)}`),
  plain('parameters', '/a;b=c/d;e'),
  plain('the prefix in other letters', '/_GATEWAY/healthz'),
  plain('the prefix, encoded', '/%5fgateway/healthz'),
  plain('the prefix, further in', '/x/_gateway/healthz'),
  plain('the prefix behind two slashes', '//_gateway/healthz'),
  plain('the prefix as the start of a name', '/_gateways'),
  plain('the prefix with an encoded slash', '/_gateway%2fhealthz'),
  {
    name: 'absolute-form becomes origin-form',
    send: get('http://chat.example/a?b#c'.replace('#c', '')),
    status: 200,
    upstream: { target: '/a?b', has: ['host: chat.example'] },
  },
  {
    name: 'absolute-form without a path',
    send: get('http://chat.example'),
    status: 200,
    upstream: { target: '/' },
  },
  {
    name: 'absolute-form with a query only',
    send: get('HTTP://chat.example?a'),
    status: 200,
    upstream: { target: '/?a' },
  },
];

const methodRows: readonly Row[] = ['DELETE', 'PROPFIND', 'PURGE', 'REPORT', 'LINK', 'MKCOL', 'SEARCH'].map(
  (method) => ({
    name: `${method} goes through the guard`,
    send: lines(`${method} /t/ok/1 HTTP/1.1`, host),
    status: 200,
    upstream: { method, target: '/t/ok/1', has: ['x-gateway-decision: bot-access'] },
  }),
);
const refusedMethods: readonly Row[] = ['DELETE', 'PROPFIND', 'PURGE', 'HEAD', 'POST'].map((method) => ({
  name: `${method} without access is refused`,
  send: lines(`${method} /t/no-access/1 HTTP/1.1`, host, 'Content-Length: 0'),
  status: 403,
  reason: 'no-access',
}));

const bodies: readonly Row[] = [
  {
    name: 'a body with a length',
    send: `${lines('POST /p HTTP/1.1', host, 'Content-Type: text/x-odd', 'Content-Length: 5')}hello`,
    status: 200,
    upstream: { body: 'hello', has: ['content-length: 5', 'content-type: text/x-odd'] },
  },
  {
    name: 'a body in chunks, with extensions',
    send: `${lines('PUT /p HTTP/1.1', host, 'Transfer-Encoding: chunked')}5;a=b\r\nhello\r\n1\r\n!\r\n0\r\n\r\n`,
    status: 200,
    upstream: { body: 'hello!' },
  },
  {
    name: 'JSON that is none',
    send: `${lines('POST /p HTTP/1.1', host, 'Content-Type: application/json', 'Content-Length: 2')}{{`,
    status: 200,
    upstream: { body: '{{' },
  },
  {
    name: 'a GET with a body keeps it',
    send: `${lines('GET /p HTTP/1.1', host, 'Content-Length: 5')}hello`,
    status: 200,
    upstream: { body: 'hello', has: ['content-length: 5'] },
  },
  {
    name: 'an empty POST',
    send: lines('POST /p HTTP/1.1', host, 'Content-Length: 0'),
    status: 200,
    upstream: { body: '' },
  },
  {
    name: 'Expect: 100-continue is answered here',
    send: `${lines('POST /p HTTP/1.1', host, 'Expect: 100-continue', 'Content-Length: 5')}hello`,
    status: 200,
    upstream: { body: 'hello', lacks: ['expect'] },
  },
  {
    name: 'another expectation',
    send: lines('POST /p HTTP/1.1', host, 'Expect: a-miracle', 'Content-Length: 0'),
    status: 417,
    reason: 'expectation-failed',
  },
];

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
const headerRows: readonly Row[] = [
  ...hostile.map((name): Row => ({
    name: `a client's ${name} never reaches the upstream`,
    send: get('/t/ok/1', `${name}: 7`),
    status: 200,
    upstream: {
      has: ['x-gateway-decision: bot-access', 'x-forwarded-for: 127.0.0.1'],
      lacks: [`${name.toLowerCase()}: 7`],
    },
  })),
  {
    name: 'headers keep their case, order and number',
    send: get('/h', 'X-AbC: 1', 'x-abc: 2', 'Cookie: a=1', 'Cookie: b=2', 'My_Own: 3', `X-Bytes: caf\xe9`),
    status: 200,
    upstream: {
      has: ['X-AbC: 1', 'x-abc: 2', 'Cookie: a=1', 'Cookie: b=2', 'My_Own: 3', 'X-Bytes: caf\xe9'],
    },
  },
  {
    name: 'Connection nominates a header away',
    send: get('/h', 'Connection: close, X-Mine', 'X-Mine: 1', 'X-Other: 2'),
    status: 200,
    upstream: { has: ['x-other: 2'], lacks: ['x-mine'] },
  },
  {
    name: 'Connection cannot nominate what matters, or what the gateway sets',
    send: get(
      '/t/ok/1',
      'Connection: Host, Cookie, Authorization, X-Forwarded-For, X-Gateway-Subject, X-Request-Id, Content-Type, Origin',
      'Cookie: a=1',
      'Authorization: Basic abc',
      'Origin: https://a.example',
    ),
    status: 200,
    upstream: {
      has: [
        'host: chat.example',
        'cookie: a=1',
        'authorization: Basic abc',
        'x-forwarded-for: 127.0.0.1',
        'x-gateway-subject: zo%C3%AB 50%25',
        'origin: https://a.example',
      ],
    },
  },
  {
    name: 'an unguarded request says so, and no more',
    send: get('/free'),
    status: 200,
    upstream: {
      has: [
        'x-gateway-decision: not-guarded',
        'x-forwarded-for: 127.0.0.1',
        'x-forwarded-proto: http',
        'x-forwarded-host: chat.example',
      ],
      lacks: ['x-gateway-enforced', 'x-gateway-bot', 'x-gateway-subject'],
    },
    answer: { 'cache-control': /^public, max-age=60$/, 'x-robots-tag': null, 'set-cookie': /^a=1, b=2$/ },
  },
  {
    name: 'a guarded one says who, what and why, and its answer is protected',
    send: get('/t/ok/1'),
    status: 200,
    upstream: { has: ['x-gateway-decision: bot-access', 'x-gateway-enforced: true', 'x-gateway-bot: a'] },
    answer: {
      'cache-control': /^no-store$/,
      'x-robots-tag': /^noindex$/,
      'referrer-policy': /^same-origin$/,
      'set-cookie': /^a=1, b=2$/,
    },
  },
  {
    name: 'mode report forwards and adds nothing',
    send: get('/t/report/1'),
    status: 200,
    upstream: { has: ['x-gateway-decision: no-access', 'x-gateway-enforced: false'] },
    answer: { 'cache-control': /^public, max-age=60$/, 'x-robots-tag': null },
  },
  {
    name: 'behind a trusted proxy its word counts',
    send: get('/t/trusted/1', 'X-Request-Id: from-the-proxy', 'X-Real-IP: 198.51.100.7'),
    status: 200,
    upstream: {
      has: [
        'x-forwarded-for: 198.51.100.7, 10.0.0.1',
        'x-forwarded-proto: https',
        'x-forwarded-host: seen.example',
        'x-request-id: from-the-proxy',
        'x-real-ip: 198.51.100.7',
      ],
    },
  },
  {
    name: 'an unknown address is not passed on',
    send: get('/t/nowhere/1'),
    status: 200,
    upstream: { lacks: ['x-forwarded-for'] },
  },
  {
    name: 'a preflight goes without credentials, and comes back without its body',
    send: lines(
      'OPTIONS /t/any/1 HTTP/1.1',
      host,
      'Origin: https://a.example',
      'Access-Control-Request-Method: GET',
      'Cookie: a=1',
      'Authorization: Bearer x',
    ),
    status: 200,
    upstream: {
      has: ['x-gateway-decision: preflight', 'origin: https://a.example'],
      lacks: ['cookie', 'authorization', 'x-gateway-subject'],
    },
    answer: { 'content-length': /^0$/ },
  },
];

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
      send: get('/t/ok/1', `${name}: ann`),
      status: 200,
      upstream: { has: ['x-gateway-decision: bot-access'], lacks: [name.toLowerCase()] },
    }),
  ),
  ...[...identities, ...misspelled].map((name): Row => ({
    name: `${name} of a trusted proxy that is not listed neither`,
    send: get('/t/trusted/1', `${name}: ann`),
    status: 200,
    upstream: { has: ['x-gateway-decision: bot-access'], lacks: [name.toLowerCase()] },
  })),
  {
    name: 'what is listed is passed on from a trusted proxy, and Connection cannot take it away',
    send: get('/t/trusted/1', 'Connection: close, X-Forwarded-User, X-Our-Sso', ...passed),
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
    send: lines(
      'OPTIONS /t/trusted/1 HTTP/1.1',
      host,
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
      '/t/ok/1',
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

const refusals: readonly Row[] = [
  {
    name: 'a page is sent to sign in',
    send: get('/t/no-credential/1?a=b', html),
    status: 302,
    reason: 'no-credential',
    answer: {
      location: /^\/login\?return_to=%2Ft%2Fno-credential%2F1%3Fa%3Db$/,
      'cache-control': /^no-store$/,
    },
  },
  {
    name: 'HEAD of a page too',
    send: lines('HEAD /t/session-expired/2 HTTP/1.1', host, html),
    status: 302,
    reason: 'session-expired',
  },
  {
    name: 'an API is told',
    send: get('/t/no-credential/1', 'Accept: application/json'),
    status: 401,
    reason: 'no-credential',
    answer: { 'www-authenticate': /^Bearer$/, 'content-type': /^application\/problem\+json$/ },
  },
  {
    name: '*/* alone is an API',
    send: get('/t/no-credential/1', 'Accept: */*'),
    status: 401,
    reason: 'no-credential',
  },
  { name: 'no Accept is an API', send: get('/t/no-credential/1'), status: 401, reason: 'no-credential' },
  {
    name: 'JSON preferred is an API',
    send: get('/t/no-credential/1', 'Accept: text/html;q=0.5, application/json'),
    status: 401,
    reason: 'no-credential',
  },
  {
    name: 'a fetch is an API',
    send: get('/t/no-credential/1', html, 'Sec-Fetch-Mode: cors', 'Sec-Fetch-Dest: empty'),
    status: 401,
    reason: 'no-credential',
  },
  {
    name: 'an image is an API',
    send: get('/t/no-credential/1', html, 'Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: image'),
    status: 401,
    reason: 'no-credential',
  },
  {
    name: 'POST is told',
    send: lines('POST /t/no-credential/1 HTTP/1.1', host, html, 'Content-Length: 0'),
    status: 401,
    reason: 'no-credential',
  },
  {
    name: 'a browser with Authorization is told',
    send: get('/t/token-invalid/1', html, 'Authorization: Bearer a.b.c'),
    status: 401,
    reason: 'token-invalid',
    answer: { 'www-authenticate': /invalid_token/ },
  },
  {
    name: 'a frame gets a page with a way out of it',
    send: get('/t/no-credential/1', html, 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: iframe'),
    status: 401,
    reason: 'no-credential',
    answer: { 'content-type': /^text\/html/ },
  },
  {
    name: 'no access is a page for people',
    send: get('/t/no-access/1', html),
    status: 403,
    reason: 'no-access',
    answer: { 'content-type': /^text\/html/, 'content-security-policy': /default-src 'none'/ },
  },
  { name: 'ambiguous', send: get('/t/path-ambiguous/1'), status: 400, reason: 'path-ambiguous' },
  { name: 'no bot', send: get('/t/bot-unresolved/1'), status: 403, reason: 'bot-unresolved' },
  { name: 'not open', send: get('/t/not-open/1'), status: 404, reason: 'not-open' },
  {
    name: 'not known now',
    send: get('/t/policy-unavailable/1'),
    status: 503,
    reason: 'policy-unavailable',
    answer: { 'retry-after': /^\d+$/ },
  },
  {
    name: 'keys away',
    send: get('/t/keys-unavailable/1', html),
    status: 503,
    reason: 'keys-unavailable',
    answer: { 'content-type': /^text\/html/ },
  },
  {
    name: 'scripts of a configured origin may read it',
    send: get('/t/no-access/1', 'Origin: https://app.example'),
    status: 403,
    reason: 'no-access',
    answer: { 'access-control-allow-origin': /^https:\/\/app\.example$/, vary: /^Origin$/ },
  },
  {
    name: 'scripts of another origin may not',
    send: get('/t/no-access/1', 'Origin: https://evil.example'),
    status: 403,
    reason: 'no-access',
    answer: { 'access-control-allow-origin': null },
  },
  {
    name: 'a judge that breaks lets nobody through',
    send: get('/t/broken/1'),
    status: 500,
    reason: 'internal-error',
  },
  { name: 'nor one that breaks later', send: get('/t/slow-broken/1'), status: 500, reason: 'internal-error' },
];

const ownRows: readonly Row[] = [
  { name: 'health', send: get('/_gateway/healthz'), status: 200, answer: { 'content-length': /^0$/ } },
  { name: 'readiness', send: get('/_gateway/readyz?x=1'), status: 200 },
  { name: 'nothing else there', send: get('/_gateway/'), status: 404, reason: 'not-found' },
  { name: 'nor the prefix alone', send: get('/_gateway'), status: 404, reason: 'not-found' },
  {
    name: 'nor by POST',
    send: lines('POST /_gateway/healthz HTTP/1.1', host, 'Content-Length: 0'),
    status: 404,
    reason: 'not-found',
  },
  { name: 'nor by dots out of it', send: get('/_gateway/../t/ok/1'), status: 404, reason: 'not-found' },
  { name: 'nor by encoded dots', send: get('/_gateway/%2e%2e/t/ok/1'), status: 404, reason: 'not-found' },
  { name: 'absolute-form into the prefix', send: get('http://chat.example/_gateway/healthz'), status: 200 },
];

const brokenRows: readonly Row[] = [
  { name: 'two hosts', send: get('/', 'Host: other.example'), status: 400, reason: 'bad-request' },
  {
    name: 'two hosts, the second spelled oddly',
    send: get('/', 'HOST: other.example'),
    status: 400,
    reason: 'bad-request',
  },
  { name: 'no host', send: lines('GET / HTTP/1.1', 'A: b'), status: 400 },
  {
    name: 'a host with a slash',
    send: lines('GET / HTTP/1.1', 'Host: a/b'),
    status: 400,
    reason: 'bad-request',
  },
  {
    name: 'two hosts in one',
    send: lines('GET / HTTP/1.1', 'Host: a.example, b.example'),
    status: 400,
    reason: 'bad-request',
  },
  {
    name: 'two Authorizations',
    send: get('/', 'Authorization: Basic a', 'authorization: Basic b'),
    status: 400,
    reason: 'bad-request',
  },
  {
    name: 'TRACE',
    send: lines('TRACE / HTTP/1.1', host),
    status: 405,
    reason: 'method-not-allowed',
    answer: { allow: /GET/ },
  },
  {
    name: 'CONNECT',
    send: lines('CONNECT chat.example:443 HTTP/1.1', host),
    status: 405,
    reason: 'method-not-allowed',
  },
  { name: 'OPTIONS *', send: lines('OPTIONS * HTTP/1.1', host), status: 204, answer: { allow: /GET/ } },
  { name: 'GET *', send: lines('GET * HTTP/1.1', host), status: 400, reason: 'bad-request' },
  {
    name: 'a target without a slash',
    send: lines('GET t/ok/1 HTTP/1.1', host),
    status: 400,
    reason: 'bad-request',
  },
  { name: 'another scheme', send: get('ftp://chat.example/a'), status: 400, reason: 'bad-request' },
  {
    name: 'a method that nobody knows',
    send: lines('FROB / HTTP/1.1', host),
    status: 400,
    reason: 'bad-request',
  },
  {
    name: 'two lengths',
    send: lines('POST / HTTP/1.1', host, 'Content-Length: 1', 'Content-Length: 2'),
    status: 400,
    reason: 'bad-request',
  },
  {
    name: 'length and chunks',
    send: `${lines('POST / HTTP/1.1', host, 'Content-Length: 4', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
    status: 400,
    reason: 'bad-request',
  },
  {
    name: 'chunks that are not last',
    send: lines('POST / HTTP/1.1', host, 'Transfer-Encoding: chunked, identity'),
    status: 400,
    reason: 'bad-request',
  },
  { name: 'a folded header', send: get('/', 'A: b', ' c'), status: 400, reason: 'bad-request' },
  { name: 'a space before the colon', send: get('/', 'A : b'), status: 400, reason: 'bad-request' },
  { name: 'a bare line feed', send: `GET / HTTP/1.1\n${host}\n\n`, status: 400, reason: 'bad-request' },
  {
    name: 'a bare carriage return in a value',
    send: get('/', 'A: b\rC: d'),
    status: 400,
    reason: 'bad-request',
  },
  { name: 'NUL in a value', send: get('/', 'A: b\0c'), status: 400, reason: 'bad-request' },
  {
    name: 'a target beyond the limit',
    send: get(`/${'x'.repeat(8_200)}`),
    status: 414,
    reason: 'target-too-long',
  },
  {
    name: 'headers beyond the limit',
    send: get('/', `A: ${'x'.repeat(17_000)}`),
    status: 431,
    reason: 'headers-too-large',
  },
  {
    name: 'far beyond',
    send: get('/', `A: ${'x'.repeat(60_000)}`),
    status: 431,
    reason: 'headers-too-large',
  },
  {
    name: 'more headers than the limit',
    send: get('/', ...Array.from({ length: 101 }, (_, i) => `A${i}: b`)),
    status: 431,
    reason: 'headers-too-large',
  },
  {
    name: 'h2c is served as HTTP/1.1',
    send: get(
      '/t/ok/1',
      'Connection: Upgrade, HTTP2-Settings',
      'Upgrade: h2c',
      'HTTP2-Settings: AAMAAABkAAQAAP__',
    ),
    status: 200,
    upstream: { target: '/t/ok/1', lacks: ['upgrade', 'http2-settings'] },
  },
  {
    name: 'h2c is refused alike',
    send: get('/t/no-access/1', 'Connection: Upgrade', 'Upgrade: h2c'),
    status: 403,
    reason: 'no-access',
  },
  {
    name: 'another upgrade with a body',
    send: `${lines('POST /p HTTP/1.1', host, 'Connection: Upgrade', 'Upgrade: frob', 'Content-Length: 5')}hello`,
    status: 200,
    upstream: { method: 'POST', target: '/p', body: 'hello', lacks: ['upgrade'] },
  },
];

function check(t: Test, row: Row, response: RawResponse, seen: readonly Seen[]): void {
  t.equal(response.status, row.status, 'status');
  t.ok(response.complete, 'a whole answer');
  t.equal(response.headers['x-gateway-reason'], row.reason, 'reason');
  if (row.reason !== undefined) t.match(response.headers['x-request-id'], /./, 'a request id');
  for (const [name, value] of Object.entries(row.answer ?? {}))
    if (value === null) t.notOk(name in response.headers, `no ${name}`);
    else t.match(response.headers[name], value, name);
  if (row.send.startsWith('HEAD')) t.equal(response.body, '');
  t.equal(seen.length, row.upstream === undefined ? 0 : 1, 'requests that reached the upstream');
  const [received] = seen;
  if (received === undefined || row.upstream === undefined) return;
  const { target, method, body, has = [], lacks = [] } = row.upstream;
  if (target !== undefined) t.equal(received.target, target, 'target');
  if (method !== undefined) t.equal(received.method, method, 'method');
  if (body !== undefined) t.equal(received.body, body, 'body');
  const got = received.rawHeaders.flatMap((name, i) =>
    i % 2 === 0 ? [`${name.toLowerCase()}: ${received.rawHeaders[i + 1] ?? ''}`] : [],
  );
  for (const line of has) {
    const at = line.indexOf(':');
    t.ok(got.includes(line.slice(0, at).toLowerCase() + line.slice(at)), `it received ${line}`);
  }
  for (const line of lacks)
    t.notOk(
      got.some((one) => one === line || one.startsWith(`${line}:`)),
      `it did not receive ${line}`,
    );
}

const tables: Readonly<Record<string, readonly Row[]>> = {
  'legal targets, byte for byte': legalTargets,
  methods: [...methodRows, ...refusedMethods],
  bodies,
  headers: headerRows,
  'headers that name an identity': identityRows,
  refusals,
  'the reserved prefix': ownRows,
  'what breaks HTTP': brokenRows,
};

for (const [title, rows] of Object.entries(tables))
  t.test(title, async (t) => {
    for (const row of rows)
      await t.test(row.name, async (t) => {
        const response = await ask(door.port, row.send);
        check(t, row, response, upstream.take());
      });
  });

t.test('headers leave in the order in which they came', async (t) => {
  await ask(door.port, get('/h', 'X-B: 1', 'X-A: 2', 'X-B: 3'));
  const names = upstream.take()[0]?.rawHeaders.filter((text) => /^X-[AB]$/.test(text));
  t.strictSame(names, ['X-B', 'X-A', 'X-B']);
});

t.test('a refusal is the same for every bot, but for the request id', async (t) => {
  const strip = (text: string): string =>
    text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|<span>[0-9a-f]{4}<\/span>/g, 'ID').replace(/Date: [^\r]*/, '');
  for (const accept of ['Accept: application/json', html]) {
    const one = await sendRaw(door.port, get('/t/no-access/1', accept, 'Connection: close'));
    const other = await sendRaw(door.port, get('/t/no-access/22', accept, 'Connection: close'), {
      idleMs: 60,
    });
    t.equal(strip(one), strip(other));
    t.match(one, /[0-9a-f]{8}-[0-9a-f-]{27}/);
  }
});

t.test('an answer says where the address was why', async (t) => {
  t.match(JSON.parse((await ask(door.port, get('/t/ipv6/1'))).body), {
    detail: /IPv6/,
    reason: 'no-access',
    status: 403,
  });
  t.match((await ask(door.port, get('/t/ipv6/1', html))).body, /IPv6/);
  t.match((await ask(door.port, get('/t/unknown/1', html))).body, /could not be determined/);
  t.notMatch((await ask(door.port, get('/t/no-access/1', html))).body, /IPv6|determined/);
});

t.test('a frame leads out of itself', async (t) => {
  const { body } = await ask(door.port, get('/t/no-credential/1', html, 'Sec-Fetch-Dest: iframe'));
  t.match(body, /<a href="\/login\?return_to=[^"]+" target="_top"/);
  t.notMatch(body, /<script [^>]*src|<link|<img/);
});

t.test('the fourth prompt to one visitor for one target is a page', async (t) => {
  const visit = async (
    more: readonly string[],
    target = '/t/no-credential/loop',
  ): Promise<string | undefined> =>
    (await ask(door.port, get(target, html, ...more))).headers['x-gateway-reason'];
  for (let i = 0; i < 3; i += 1) t.equal(await visit(['User-Agent: one']), 'no-credential');
  t.equal(await visit(['User-Agent: one']), 'login-loop');
  t.equal(await visit(['User-Agent: two']), 'no-credential', 'another visitor behind the same address');
  t.equal(await visit(['User-Agent: one', 'Cookie: who=3']), 'no-credential', 'and another');
  t.equal(await visit(['User-Agent: one'], '/t/no-credential/other'), 'no-credential', 'another target');
  const token = (sub: string, at: number): string =>
    `Cookie: session=h.${Buffer.from(JSON.stringify({ sub, iat: at })).toString('base64url')}.s`;
  for (let i = 0; i < 3; i += 1) t.equal(await visit([token('ann', i)]), 'no-credential');
  t.equal(await visit([token('ann', 4)]), 'login-loop', 'a new token each time does not hide it');
  t.equal(await visit([token('bob', 4)]), 'no-credential');
  const page = (n: number): string => `/t/session-invalid/page-${n}`;
  for (let i = 0; i < 3; i += 1) t.equal(await visit(['Cookie: session=7f3a9c'], page(i)), 'session-invalid');
  t.equal(await visit(['Cookie: session=7f3a9c'], page(4)), 'cookie-no-token', 'no token: on any page');
  t.equal(
    await visit(['Cookie: session=other'], page(5)),
    'cookie-no-token',
    'a new one each time does not hide it',
  );
  t.equal(await visit(['Cookie: session=x; who=2'], page(6)), 'session-invalid', 'another visitor');
  for (let i = 10; i < 15; i += 1)
    t.equal(await visit([token('eve', i)], page(i)), 'session-invalid', 'a token that is bad: page by page');
  upstream.take();
});
