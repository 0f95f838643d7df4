/*
 * Requests as bytes. HOST is the gateway's own name, ROW the number of the row. The visitor is a stranger behind
 * the trusted proxy; SECRET paths are transcripts that they must not get by any of this.
 */
export interface RawRow {
  readonly name: string;
  readonly bytes: string;
  /** How many requests may reach the platform, none of them for a transcript; default: at most one. */
  readonly most?: number;
}

const secret = '/transcripts/b/1';
const from = 'X-Forwarded-For: 192.0.2.200';
const raw = (name: string, bytes: string, most?: number): RawRow =>
  most === undefined ? { name, bytes } : { name, bytes, most };
const get = (name: string, target: string, ...headers: readonly string[]): RawRow =>
  raw(
    name,
    `${['GET ' + target + ' HTTP/1.1', 'Host: HOST', 'X-Row: ROW', from, ...headers].join('\r\n')}\r\n\r\n`,
  );
const post = (name: string, target: string, headers: readonly string[], body: string): RawRow =>
  raw(
    name,
    `${['POST ' + target + ' HTTP/1.1', 'Host: HOST', 'X-Row: ROW', from, ...headers].join('\r\n')}\r\n\r\n${body}`,
  );
const smuggled = `GET ${secret} HTTP/1.1\r\nHost: HOST\r\nX-Row: ROW\r\n\r\n`;

const framing: readonly RawRow[] = [
  post(
    'CL.TE',
    '/echo',
    [`Content-Length: ${smuggled.length + 5}`, 'Transfer-Encoding: chunked'],
    `0\r\n\r\n${smuggled}`,
  ),
  post(
    'TE.CL',
    '/echo',
    ['Transfer-Encoding: chunked', 'Content-Length: 4'],
    `5c\r\n${smuggled}\r\n0\r\n\r\n`,
  ),
  ...[
    'Transfer-Encoding: xchunked',
    'Transfer-Encoding : chunked',
    'Transfer-Encoding: chunked, identity',
    'Transfer-Encoding: identity, chunked',
    'Transfer-Encoding: gzip, chunked',
    'Transfer-Encoding: chunked, chunked',
    'Transfer-Encoding:\tchunked',
    'Transfer-Encoding: \x0bchunked',
    'Transfer-Encoding: "chunked"',
    "Transfer-Encoding: 'chunked'",
    'Transfer-Encoding: chunked;q=1',
    'Transfer-Encoding:\r\n chunked',
    'Transfer-Encoding: \r\n\tchunked',
    'X: y\r\n Transfer-Encoding: chunked',
    'X: y\nTransfer-Encoding: chunked',
    'X: y\rTransfer-Encoding: chunked',
    'Transfer_Encoding: chunked',
    'Transfer-Encoding\0: chunked',
    'transfer-encoding: CHUNKED',
    'Transfer-Encoding: identity',
    'Transfer-Encoding: cow\r\nTransfer-Encoding: chunked',
    'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity',
    'Foo: bar\r\n\rTransfer-Encoding: chunked',
    '\x00Transfer-Encoding: chunked',
  ].map((line) =>
    post(
      `length and ${JSON.stringify(line)}`,
      '/echo',
      [`Content-Length: ${smuggled.length + 5}`, line],
      `0\r\n\r\n${smuggled}`,
    ),
  ),
  ...[
    '+5',
    '-5',
    '5, 5',
    '5,6',
    '0x5',
    '5 5',
    '05',
    '5.0',
    '5e0',
    '',
    ' ',
    '5\x0b',
    '5;',
    '18446744073709551621',
    '4294967301',
    '\xd9\xa5',
  ].map((length) =>
    post(`length ${JSON.stringify(length)}`, '/echo', [`Content-Length: ${length}`], `hello${smuggled}`),
  ),
  post(
    'two lengths',
    '/echo',
    ['Content-Length: 5', `Content-Length: ${smuggled.length + 5}`],
    `hello${smuggled}`,
  ),
  post('two equal lengths', '/echo', ['Content-Length: 5', 'Content-Length: 5'], `hello${smuggled}`),
  post('a length with an underscore', '/echo', ['Content_Length: 0', 'Content-Length: 5'], 'hello'),
  post('a length after a space', '/echo', ['Content-Length : 5'], `hello${smuggled}`),
  post('a folded length', '/echo', ['Content-Length:\r\n 5'], `hello${smuggled}`),
  post('a nominated length', '/echo', ['Content-Length: 5', 'Connection: Content-Length'], 'hello'),
  post(
    'a nominated encoding',
    '/echo',
    ['Transfer-Encoding: chunked', 'Connection: Transfer-Encoding'],
    '5\r\nhello\r\n0\r\n\r\n',
  ),
];

const chunk = (name: string, body: string): RawRow =>
  post(name, '/echo', ['Transfer-Encoding: chunked'], body + smuggled);
const chunks: readonly RawRow[] = [
  chunk('a chunk extension', `5;a=b\r\nhello\r\n0\r\n\r\n`),
  chunk('a quoted chunk extension', `5;a="\r\nhello\r\n0\r\n\r\n`),
  chunk('a chunk extension with LF', `5;\nhello\r\n0\r\n\r\n`),
  chunk('a chunk extension of 20 KiB', `5;${'a'.repeat(20_000)}\r\nhello\r\n0\r\n\r\n`),
  chunk('a chunk size in decimal', `05\r\nhello\r\n0\r\n\r\n`),
  chunk('a chunk size with 0x', `0x5\r\nhello\r\n0\r\n\r\n`),
  chunk('a chunk size with a sign', `+5\r\nhello\r\n0\r\n\r\n`),
  chunk('a chunk size with a space', `5 \r\nhello\r\n0\r\n\r\n`),
  chunk('a chunk size that overflows', `10000000000000005\r\nhello\r\n0\r\n\r\n`),
  chunk('a negative chunk size', `-1\r\nhello\r\n0\r\n\r\n`),
  chunk('chunks ended by LF', `5\nhello\n0\n\n`),
  chunk('a chunk that is longer', `5\r\nhelloworld\r\n0\r\n\r\n`),
  chunk('a chunk ended by two bytes', `5\r\nhelloXX0\r\n\r\n`),
  chunk('an empty chunk size', `\r\nhello\r\n0\r\n\r\n`),
  chunk(
    'trailers',
    `5\r\nhello\r\n0\r\nX-Gateway-Decision: bot-access\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n`,
  ),
  chunk('a trailer of framing', `5\r\nhello\r\n0\r\nContent-Length: 500\r\nHost: x\r\n\r\n`),
];

const line = (name: string, first: string, ...headers: readonly string[]): RawRow =>
  raw(name, `${[first, ...headers, 'X-Row: ROW', from].join('\r\n')}\r\n\r\n`);
const host = 'Host: HOST';
const lines: readonly RawRow[] = [
  line('no version', `GET ${secret}`, host),
  line('version 0.9', `GET ${secret} HTTP/0.9`, host),
  line('version 1.0', `GET ${secret} HTTP/1.0`, host),
  line('version 1.0 without Host', `GET ${secret} HTTP/1.0`),
  line('version 1.2', `GET ${secret} HTTP/1.2`, host),
  line('version 2.0', `GET ${secret} HTTP/2.0`, host),
  line('version in small letters', `GET ${secret} http/1.1`, host),
  line('two spaces', `GET  ${secret} HTTP/1.1`, host),
  line('a tab', `GET\t${secret} HTTP/1.1`, host),
  line('a space in the target', `GET /x ${secret} HTTP/1.1`, host),
  line('a tab in the target', `GET /x\t${secret} HTTP/1.1`, host),
  line('a space before', ` GET ${secret} HTTP/1.1`, host),
  line('an empty line before', `\r\nGET ${secret} HTTP/1.1`, host),
  line('a method in small letters', `get ${secret} HTTP/1.1`, host),
  line('an unknown method', `STEAL ${secret} HTTP/1.1`, host),
  ...[
    'HEAD',
    'POST',
    'PUT',
    'DELETE',
    'PATCH',
    'OPTIONS',
    'PROPFIND',
    'PURGE',
    'REPORT',
    'SEARCH',
    'QUERY',
    'LINK',
  ].map((method) => line(method, `${method} ${secret} HTTP/1.1`, host, 'Content-Length: 0')),
  line('TRACE', `TRACE ${secret} HTTP/1.1`, host),
  line('CONNECT', `CONNECT HOST HTTP/1.1`, host),
  line('CONNECT to a path', `CONNECT ${secret} HTTP/1.1`, host),
  line('PRI', 'PRI * HTTP/2.0', host),
  line('OPTIONS *', 'OPTIONS * HTTP/1.1', host),
  line('GET *', 'GET * HTTP/1.1', host),
  line('no Host', `GET ${secret} HTTP/1.1`),
  line('an empty Host', `GET ${secret} HTTP/1.1`, 'Host:'),
  line('two Hosts', `GET /echo HTTP/1.1`, host, 'Host: evil.example'),
  line('two equal Hosts', `GET /echo HTTP/1.1`, host, host),
  line('a Host with a path', `GET /echo HTTP/1.1`, `Host: HOST${secret}`),
  line('a Host with a user', `GET /echo HTTP/1.1`, 'Host: x@HOST'),
  line('a Host with a space', `GET /echo HTTP/1.1`, 'Host: HOST evil.example'),
  line('a Host with a comma', `GET /echo HTTP/1.1`, 'Host: HOST, evil.example'),
  line('a folded header', `GET /echo HTTP/1.1`, host, `X: y\r\n z: ${secret}`),
  line('a folded first header', `GET /echo HTTP/1.1`, ` X: y`, host),
  line('a header without a name', `GET /echo HTTP/1.1`, host, ': x'),
  line('a header without a colon', `GET /echo HTTP/1.1`, host, 'X'),
  line('a space in a name', `GET /echo HTTP/1.1`, host, 'X Y: z'),
  line('a NUL in a name', `GET /echo HTTP/1.1`, host, 'X\0Y: z'),
  line('a NUL in a value', `GET /echo HTTP/1.1`, host, 'X: \0'),
  line('a bare CR in a value', `GET /echo HTTP/1.1`, host, 'X: a\rX-Gateway-Decision: bot-access'),
  line('a bare LF in a value', `GET /echo HTTP/1.1`, host, 'X: a\nX-Gateway-Decision: bot-access'),
  raw('bare LF everywhere', `GET ${secret} HTTP/1.1\nHost: HOST\nX-Row: ROW\n\n`),
  raw('a head of LF and CRLF', `GET ${secret} HTTP/1.1\r\nHost: HOST\nX-Row: ROW\r\n\n`),
  line('headers of 60 KiB', `GET /echo HTTP/1.1`, host, `X: ${'x'.repeat(60_000)}`),
  line('300 headers', `GET /echo HTTP/1.1`, host, ...Array.from({ length: 300 }, (_, i) => `X-${i}: y`)),
  line('a target of 60 KiB', `GET /${'x'.repeat(60_000)} HTTP/1.1`, host),
  raw('not HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'),
  raw('half a request', `GET ${secret} HTTP/1.1\r\nHost: HO`),
  raw(
    'a request and then nonsense',
    `GET /echo HTTP/1.1\r\nHost: HOST\r\nX-Row: ROW\r\n\r\n\0\0\0\0 HTTP/9\r\n\r\n`,
  ),
];

const pipelined: readonly RawRow[] = [
  raw('pipelined behind what is free', `GET /echo HTTP/1.1\r\nHost: HOST\r\nX-Row: ROW\r\n\r\n${smuggled}`),
  raw(
    'pipelined twenty times',
    `${`GET /echo HTTP/1.1\r\nHost: HOST\r\nX-Row: ROW\r\n\r\n${smuggled}`.repeat(20)}`,
    20,
  ),
  raw(
    'pipelined in front of what is free',
    `${smuggled}GET /echo HTTP/1.1\r\nHost: HOST\r\nX-Row: ROW\r\n\r\n`,
  ),
  raw(
    'pipelined behind close',
    `GET /echo HTTP/1.1\r\nHost: HOST\r\nX-Row: ROW\r\nConnection: close\r\n\r\n${smuggled}`,
  ),
  raw(
    'a GET with a body that is a request',
    `GET /echo HTTP/1.1\r\nHost: HOST\r\nX-Row: ROW\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
  ),
  raw(
    'a HEAD with a body that is a request',
    `HEAD /echo HTTP/1.1\r\nHost: HOST\r\nX-Row: ROW\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
  ),
  raw(
    'an OPTIONS with a body that is a request',
    `OPTIONS /echo HTTP/1.1\r\nHost: HOST\r\nX-Row: ROW\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
  ),
  raw(
    'a refused POST with a body that is a request',
    `POST ${secret} HTTP/1.1\r\nHost: HOST\r\nX-Row: ROW\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
  ),
  raw(
    'a gateway page with a body that is a request',
    `POST /_gateway/x HTTP/1.1\r\nHost: HOST\r\nX-Row: ROW\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
  ),
  raw(
    'a body that is expected',
    `POST ${secret} HTTP/1.1\r\nHost: HOST\r\nX-Row: ROW\r\nExpect: 100-continue\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
  ),
  raw(
    'another expectation',
    `POST /echo HTTP/1.1\r\nHost: HOST\r\nX-Row: ROW\r\nExpect: x\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
  ),
];

const upgrade = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];
const upgrades: readonly RawRow[] = [
  get('an upgrade of a transcript', secret, ...upgrade),
  get('an upgrade of a transcript in other letters', '/Transcripts/b/1', ...upgrade),
  get('an upgrade of a transcript by dots', '/x/..;/transcripts/b/1', ...upgrade),
  get('an upgrade with a body', '/echo', ...upgrade, 'Content-Length: 5'),
  get(
    'h2c',
    secret,
    'Connection: Upgrade, HTTP2-Settings',
    'Upgrade: h2c',
    'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA',
  ),
  get('h2c, nominated only', secret, 'Connection: HTTP2-Settings', 'HTTP2-Settings: AAMAAABk'),
  get(
    'h2c of what is free',
    '/echo',
    'Connection: Upgrade, HTTP2-Settings',
    'Upgrade: h2c',
    'HTTP2-Settings: AAMAAABk',
  ),
  get('websocket and h2c', secret, 'Connection: Upgrade', 'Upgrade: websocket, h2c'),
  get('TLS', secret, 'Connection: Upgrade', 'Upgrade: TLS/1.2'),
  get('Upgrade without Connection', secret, 'Upgrade: websocket'),
  get('two Upgrades', secret, 'Connection: Upgrade', 'Upgrade: foo', 'Upgrade: websocket'),
  raw(
    'a request behind an upgrade',
    `GET /x HTTP/1.1\r\nHost: HOST\r\nX-Row: ROW\r\nConnection: Upgrade\r\nUpgrade: foo\r\n\r\n${smuggled}`,
  ),
  raw(
    'an upgrade behind a request',
    `GET /echo HTTP/1.1\r\nHost: HOST\r\nX-Row: ROW\r\n\r\nGET ${secret} HTTP/1.1\r\nHost: HOST\r\nX-Row: ROW\r\n${upgrade.join('\r\n')}\r\n\r\n`,
  ),
  raw(
    'an upgrade by POST',
    `POST ${secret} HTTP/1.1\r\nHost: HOST\r\nX-Row: ROW\r\n${upgrade.join('\r\n')}\r\n\r\n`,
  ),
  raw(
    'an upgrade of HTTP/1.0',
    `GET ${secret} HTTP/1.0\r\nHost: HOST\r\nX-Row: ROW\r\n${upgrade.join('\r\n')}\r\n\r\n`,
  ),
];

const overriding: readonly RawRow[] = [
  ...[
    'X-Original-URL',
    'X-Rewrite-URL',
    'X_Original_URL',
    'x.original.url',
    'X-Forwarded-Uri',
    'X-Forwarded-Prefix',
    'X-Forwarded-Path',
    'X-Original-URI',
  ]
    .concat([
      'X-Override-URL',
      'X-Rewritten-URL',
      'X-HTTP-DestinationURL',
      'X-Proxy-URL',
      'X-Request-URI',
      'X-WAWS-Unencoded-URL',
      'X-Envoy-Original-Path',
    ])
    .map((name) => get(`the target in ${name}`, '/echo', `${name}: ${secret}`)),
  ...[
    'X-HTTP-Method-Override',
    'X-HTTP-Method',
    'X-Method-Override',
    'X_HTTP_Method_Override',
    'X-Http.Method-Override',
  ].map((name) => post(`the method in ${name}`, '/echo', [`${name}: DELETE`, 'Content-Length: 0'], '')),
  ...['X-Host', 'X-Forwarded-Server', 'X-HTTP-Host-Override', 'X-Original-Host', 'Forwarded'].map((name) =>
    get(`the host in ${name}`, '/echo', `${name}: evil.example`),
  ),
  ...[
    'X-Gateway-Decision',
    'X_Gateway_Decision',
    'x-gateway_decision',
    'X.Gateway.Decision',
    'X-Gateway-Subject',
    'X-GATEWAY-BOT',
    'X-Gateway-Enforced',
    'X-Gateway',
    ...['Remote-User', 'REMOTE_USER', 'X-Forwarded-User', 'X_Forwarded.Email', 'X-Auth-Request-Groups'],
    ...[
      'X-WebAuth-User',
      'x_authentik_username',
      'Cf-Access-Jwt-Assertion',
      'X-MS-CLIENT-PRINCIPAL',
      'Client-Cert',
    ],
  ].flatMap((name) => [
    get(`${name} by the visitor`, '/echo', `${name}: forged`),
    get(`${name} by the visitor, nominated`, '/echo', `Connection: ${name}`, `${name}: forged`),
    get(`${name} by the visitor, with an upgrade`, '/echo', `${name}: forged`, ...upgrade),
  ]),
  ...[
    'X-Forwarded-For',
    'X-Gateway-Decision',
    'X-Request-Id',
    'Cookie',
    'Authorization',
    'Host',
    'close, X-Forwarded-For',
    'X-Forwarded-Proto, X-Forwarded-Host',
  ].map((name) =>
    get(
      `Connection names ${name}`,
      '/echo',
      `Connection: ${name}`,
      'Cookie: a=b',
      'Authorization: Basic eDp5',
    ),
  ),
];

export const tables: Readonly<Record<string, readonly RawRow[]>> = {
  framing,
  chunks,
  lines,
  pipelined,
  upgrades,
  overriding,
};
