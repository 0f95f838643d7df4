import {
  cases,
  chunked,
  echo,
  get,
  has,
  host,
  is2xx,
  line,
  post,
  raw,
  request,
  type Case,
  type Check,
} from './case.ts';

const refused = '400 close';
const webSocket = ['Upgrade: websocket', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='];
const version13 = 'Sec-WebSocket-Version: 13';
const upgrade = ['Connection: Upgrade', ...webSocket];
const body = 'Content-Length: 5';
const closes: Check = (first) => is2xx(first) && first.closed;
const imfFixdate = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

const requestLines = cases(true, [
  line('COMP-BASELINE', 'GET / HTTP/1.1', '2xx'),
  raw('RFC9112-2.2-BARE-LF-REQUEST-LINE', 'GET / HTTP/1.1\nHost: site.example\r\n\r\n', refused, '2xx'),
  raw(
    'RFC9112-2.2-BARE-LF-HEADER',
    'GET / HTTP/1.1\r\nHost: site.example\nX-Test: value\r\n\r\n',
    refused,
    '2xx',
  ),
  line('RFC9112-3-MULTI-SP-REQUEST-LINE', 'GET  / HTTP/1.1', refused, '2xx'),
  line('RFC9112-2.3-INVALID-VERSION', 'GET / HTTP/9.9', '400 505 close'),
  raw('RFC9112-3-CR-ONLY-LINE-ENDING', 'GET / HTTP/1.1\rHost: site.example\r\n\r\n', '400'),
  line('RFC9112-3-MISSING-TARGET', 'GET HTTP/1.1', refused),
  line('RFC9112-3.2-FRAGMENT-IN-TARGET', 'GET /path#frag HTTP/1.1', refused, '2xx'),
  raw('RFC9112-2.3-HTTP09-REQUEST', 'GET /\r\n', '400 close silence'),
  line('COMP-ASTERISK-WITH-GET', 'GET * HTTP/1.1', refused),
  line('COMP-OPTIONS-STAR', 'OPTIONS * HTTP/1.1', '2xx'),
  line('COMP-LEADING-CRLF', '\r\n\r\nGET / HTTP/1.1', refused, '2xx'),
  line('COMP-METHOD-CASE', 'get / HTTP/1.1', '400 405 501 close', '2xx'),
  raw(
    'COMP-METHOD-CONNECT',
    request('CONNECT example.com:443 HTTP/1.1', 'Host: example.com:443'),
    '400 405 501 close',
  ),
  line('COMP-REQUEST-LINE-TAB', 'GET\t/ HTTP/1.1', refused, '2xx'),
  line('COMP-VERSION-MISSING-MINOR', 'GET / HTTP/1', refused),
  line('COMP-VERSION-LEADING-ZEROS', 'GET / HTTP/01.01', refused),
  line('COMP-VERSION-WHITESPACE', 'GET / HTTP/ 1.1', refused),
  line('COMP-VERSION-CASE', 'GET / http/1.1', refused),
  line('COMP-HTTP10-DEFAULT-CLOSE', 'GET / HTTP/1.0', closes, '2xx'),
  line('COMP-LONG-URL-OK', `GET /${'a'.repeat(7_900)} HTTP/1.1`, '!414', 'close'),
  line('COMP-SPACE-IN-TARGET', 'GET /pa th HTTP/1.1', refused),
  line('COMP-UNKNOWN-METHOD', 'FOOBAR / HTTP/1.1', '400 405 501 close', '2xx'),
]);

const headers = cases(true, [
  get('RFC9112-5.1-OBS-FOLD', ['X-Test: value\r\n continued'], '400'),
  get('RFC9110-5.6.2-SP-BEFORE-COLON', ['X-Test : value'], '400'),
  get('RFC9112-5-EMPTY-HEADER-NAME', [': empty-name'], refused),
  get('RFC9112-5-INVALID-HEADER-NAME', ['Bad[Name: value'], refused),
  get('RFC9112-5-HEADER-NO-COLON', ['NoColonHere'], refused),
  raw('RFC9112-7.1-MISSING-HOST', request('GET / HTTP/1.1'), '400'),
  get('RFC9110-5.4-DUPLICATE-HOST', ['Host: other.example.com'], '400'),
  get('COMP-DUPLICATE-HOST-SAME', [host], '400'),
  raw('COMP-HOST-WITH-USERINFO', request('GET / HTTP/1.1', 'Host: user@site.example'), refused),
  raw('COMP-HOST-WITH-PATH', request('GET / HTTP/1.1', 'Host: site.example/path'), refused),
  raw('COMP-HOST-EMPTY-VALUE', request('GET / HTTP/1.1', 'Host: '), refused),
  raw('COMP-WHITESPACE-BEFORE-HEADERS', request('GET / HTTP/1.1', ' ', host), refused),
  get('COMP-EXPECT-UNKNOWN', ['Expect: 200-ok'], '417 close', '2xx'),
  get('COMP-CONNECTION-CLOSE', ['Connection: close'], closes),
  post(
    'COMP-DUPLICATE-CT',
    [body, 'Content-Type: text/plain', 'Content-Type: text/html'],
    'hello',
    refused,
    '2xx',
  ),
]);

const bodies = cases(true, [
  post('RFC9112-6.1-CL-NON-NUMERIC', ['Content-Length: abc'], '', refused),
  post('RFC9112-6.1-CL-PLUS-SIGN', ['Content-Length: +5'], 'hello', refused),
  post('COMP-UNKNOWN-TE-501', ['Transfer-Encoding: gzip'], '', '400 501 close'),
  post('COMP-POST-CL-BODY', [body], 'hello', echo('hello')),
  post('COMP-POST-CL-ZERO', ['Content-Length: 0'], '', '2xx close'),
  post('COMP-POST-NO-CL-NO-TE', [], '', '2xx close'),
  post('COMP-POST-CL-UNDERSEND', ['Content-Length: 10'], 'hello', '400 close silence'),
  chunked('COMP-CHUNKED-BODY', '5\r\nhello\r\n0\r\n\r\n', echo('hello')),
  chunked('COMP-CHUNKED-MULTI', '5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n', echo('hello world')),
  chunked('COMP-CHUNKED-EMPTY', '0\r\n\r\n', '2xx close'),
  chunked('COMP-CHUNKED-NO-FINAL', '5\r\nhello\r\n', '400 close silence'),
  chunked('COMP-CHUNKED-EXTENSION', '5;ext=value\r\nhello\r\n0\r\n\r\n', echo('hello'), refused),
  chunked('COMP-CHUNKED-TRAILER-VALID', '5\r\nhello\r\n0\r\nX-Checksum: abc\r\n\r\n', echo('hello')),
  chunked('COMP-CHUNKED-HEX-UPPERCASE', 'A\r\nhelloworld\r\n0\r\n\r\n', echo('helloworld')),
  post(
    'COMP-RANGE-POST',
    [body, 'Range: bytes=0-10'],
    'hello',
    (first) => is2xx(first) && first.status !== 206,
  ),
]);

const upgrades = cases(true, [
  post('COMP-UPGRADE-POST', [...upgrade, version13], '', '!101 close'),
  get('COMP-UPGRADE-MISSING-CONN', [...webSocket, version13], '!101 close'),
  get('COMP-UPGRADE-UNKNOWN', ['Connection: Upgrade', 'Upgrade: totally-made-up/1.0'], '!101 close'),
  get('COMP-UPGRADE-INVALID-VER', [...upgrade, 'Sec-WebSocket-Version: 99'], '3xx 4xx 5xx close', '2xx'),
  raw('COMP-UPGRADE-HTTP10', request('GET / HTTP/1.0', host, ...upgrade, version13), '!101 close'),
]);

const answers = cases(true, [
  line('COMP-HEAD-NO-BODY', 'HEAD / HTTP/1.1', (first) => is2xx(first) && first.text.endsWith('\r\n\r\n')),
  line(
    'COMP-405-ALLOW',
    'DELETE / HTTP/1.1',
    ({ status, answer }) => status === 405 && answer?.headers['allow'] !== undefined,
    '!405',
  ),
  line('COMP-DATE-HEADER', 'GET / HTTP/1.1', has('date')),
  raw(
    'COMP-NO-1XX-HTTP10',
    request('POST / HTTP/1.0', host, 'Expect: 100-continue', body) + 'hello',
    '2xx 3xx 4xx 5xx close silence',
  ),
  line(
    'COMP-NO-CL-IN-204',
    'OPTIONS / HTTP/1.1',
    ({ status, answer }) => status === 204 && answer?.headers['content-length'] === undefined,
    '!204',
  ),
  line('COMP-OPTIONS-ALLOW', 'OPTIONS / HTTP/1.1', has('allow'), '2xx'),
  line('COMP-CONTENT-TYPE', 'GET / HTTP/1.1', has('content-type'), '2xx'),
]);

const trace = (...lines: readonly string[]): string => request('TRACE / HTTP/1.1', host, ...lines);

const unscored = cases(false, [
  line('COMP-ABSOLUTE-FORM', 'GET http://site.example/ HTTP/1.1', '2xx', refused),
  raw('COMP-GET-WITH-CL-BODY', request('GET / HTTP/1.1', host, body) + 'hello', refused, '!400'),
  raw('COMP-METHOD-TRACE', trace(), '405 501 close', '2xx'),
  raw('COMP-TRACE-WITH-BODY', trace(body) + 'hello', '400 405 501 close', '2xx'),
  raw('COMP-TRACE-SENSITIVE', trace('Authorization: Bearer secret-token-123'), '405 501 close', '2xx'),
  raw('COMP-HTTP10-NO-HOST', request('GET / HTTP/1.0'), refused, '2xx'),
  line('COMP-HTTP12-VERSION', 'GET / HTTP/1.2', 'close', '2xx 505'),
  line(
    'COMP-DATE-FORMAT',
    'GET / HTTP/1.1',
    ({ answer }) => imfFixdate.test(answer?.headers['date'] ?? ''),
    '2xx',
  ),
  get('COMP-RANGE-INVALID', ['Range: bytes=abc-xyz'], '200 416', '206 3xx 4xx 5xx close'),
  get('COMP-ACCEPT-NONSENSE', ['Accept: application/x-nonsense'], '406', '2xx close'),
  post(
    'COMP-POST-UNSUPPORTED-CT',
    [body, 'Content-Type: application/x-nonsense'],
    'hello',
    '2xx 415',
    '3xx 4xx 5xx close',
  ),
]);

export const compliance: readonly Case[] = [
  ...requestLines,
  ...headers,
  ...bodies,
  ...upgrades,
  ...answers,
  ...unscored,
];
