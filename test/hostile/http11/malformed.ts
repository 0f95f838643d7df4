import { cases, echo, get, line, post, raw, type Case } from './case.ts';

const refused = '400 close';
const tooLarge = '400 431 close';
const waits = '400 close silence';

/** Bytes of nothing, the same each time. */
const garbage = Array.from({ length: 256 }, (_, i) => String.fromCharCode((i * 197 + 91) % 256)).join('');
const many = Array.from({ length: 10_000 }, (_, i) => `X-H-${i}: value`);

const scored = cases(true, [
  raw('MAL-BINARY-GARBAGE', garbage, waits),
  line('MAL-LONG-URL', `GET /${'A'.repeat(100_000)} HTTP/1.1`, '400 414 431 close'),
  get('MAL-LONG-HEADER-VALUE', [`X-Big: ${'B'.repeat(100_000)}`], tooLarge),
  get('MAL-MANY-HEADERS', many, tooLarge),
  line('MAL-NUL-IN-URL', 'GET /\0test HTTP/1.1', refused),
  get('MAL-CONTROL-CHARS-HEADER', ['X-Test: abc\x07\x08\x0bdef'], refused),
  raw('MAL-INCOMPLETE-REQUEST', 'GET / HTTP/1.1\r\nHost: site.example\r\nX-Test: value', waits),
  raw('MAL-EMPTY-REQUEST', '', waits),
  get('MAL-LONG-HEADER-NAME', [`${'A'.repeat(100_000)}: val`], tooLarge),
  line('MAL-LONG-METHOD', `${'A'.repeat(100_000)} / HTTP/1.1`, refused),
  get('MAL-NON-ASCII-HEADER-NAME', ['X-T\xc3\xabst: value'], refused),
  line('MAL-NON-ASCII-URL', 'GET /caf\xc3\xa9 HTTP/1.1', refused),
  post('MAL-CL-OVERFLOW', ['Content-Length: 99999999999999999999'], '', refused),
  raw('MAL-WHITESPACE-ONLY-LINE', '   \r\n\r\n', waits),
  get('MAL-NUL-IN-HEADER-VALUE', ['X-Test: val\0ue'], refused),
  post(
    'MAL-CHUNK-SIZE-OVERFLOW',
    ['Transfer-Encoding: chunked'],
    'FFFFFFFFFFFFFFFF0\r\nhello\r\n0\r\n\r\n',
    refused,
  ),
  raw('MAL-H2-PREFACE', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '400 505 close silence'),
  post('MAL-CL-EMPTY', ['Content-Length: '], '', refused),
  post('MAL-CL-TAB-BEFORE-VALUE', ['Content-Length:\t5'], 'hello', refused, echo('hello')),
  line('MAL-URL-BACKSLASH', 'GET /path\\file HTTP/1.1', refused, '2xx 3xx 4xx'),
  line('MAL-URL-OVERLONG-UTF8', 'GET /\xc0\xaf HTTP/1.1', refused),
  line('MAL-URL-PERCENT-NULL', 'GET /path%00.html HTTP/1.1', refused, '2xx 3xx 4xx'),
  line('MAL-URL-PERCENT-CRLF', 'GET /path%0d%0aX-Injected:%20true HTTP/1.1', refused, '2xx 3xx 4xx'),
  post(
    'MAL-CHUNK-EXT-64K',
    ['Transfer-Encoding: chunked'],
    `5;ext=${'a'.repeat(65_536)}\r\nhello\r\n0\r\n\r\n`,
    tooLarge,
    '2xx',
  ),
  post('MAL-POST-CL-HUGE-NO-BODY', ['Content-Length: 999999999'], '', waits),
]);

const unscored = cases(false, [
  get(
    'MAL-RANGE-OVERLAPPING',
    [`Range: bytes=${Array(1_000).fill('0-').join()}`],
    'close',
    '200 206 400 416 431',
  ),
]);

export const malformed: readonly Case[] = [...scored, ...unscored];
