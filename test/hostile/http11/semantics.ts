import {
  cases,
  host,
  is2xx,
  never,
  raw,
  request,
  shows,
  type Case,
  type Check,
  type Look,
  type Row,
  type Seen,
} from './case.ts';

/*
 * What the suite asks of the program behind: the names of headers as it sees them, its cookies, its conditions.
 * Through the gateway all of it has to come out as it does without.
 */

/** Names of the headers that came to the origin with a value, in lower case. */
const namesOf = (value: string, { answer }: Seen): string[] =>
  (answer?.body ?? '')
    .split('\n')
    .filter((field) => field.slice(field.indexOf(':') + 1).trim() === value)
    .map((field) => field.slice(0, field.indexOf(':')).toLowerCase());

/** A header whose name is nearly another's: refused or dropped; never taken for the other. */
function nearly(id: string, [standard, name, value]: readonly [string, string, string]): Row {
  const bytes = request('POST /echo HTTP/1.1', host, 'Content-Length: 11', `${name}: ${value}`);
  const isRefused: Look = ({ status, closed }) => (status === 0 ? closed : status >= 400);
  const isGone: Look = (first) =>
    is2xx(first) && !namesOf(value, first).some((one) => one === standard || one === name.toLowerCase());
  const isKept: Look = (first) => is2xx(first) && !namesOf(value, first).includes(standard);
  return raw(id, `${bytes}hello world`, (...steps) => isRefused(...steps) || isGone(...steps), isKept);
}

const names = cases(true, [
  nearly('NORM-UNDERSCORE-CL', ['content-length', 'Content_Length', '99']),
  nearly('NORM-SP-BEFORE-COLON-CL', ['content-length', 'Content-Length ', '5']),
  nearly('NORM-TAB-IN-NAME', ['content-length', 'Content\tLength', '99']),
  nearly('NORM-UNDERSCORE-TE', ['transfer-encoding', 'Transfer_Encoding', 'chunked']),
]);

/** Lower case is what a name is compared in: there is nothing to take it for. */
const upperCase = cases(false, [nearly('NORM-CASE-TE', ['', 'TRANSFER-ENCODING', 'chunked'])]);

const cookie = (
  id: string,
  target: string,
  values: readonly string[],
  pass: Check,
  warn: Check = never,
): Row =>
  raw(id, request(`GET ${target} HTTP/1.1`, host, ...values.map((value) => `Cookie: ${value}`)), pass, warn);
const survives = '2xx 400 close';
const large = '2xx 400 431 close';
const without =
  (bytes: RegExp): Look =>
  (first) =>
    first.status === 400 ||
    (first.status === 0 && first.closed) ||
    (is2xx(first) && !bytes.test(first.answer?.body ?? ''));
const pairs = Array.from({ length: 1_000 }, (_, i) => `k${i}=v${i}`).join('; ');

const cookies = cases(false, [
  cookie('COOK-ECHO', '/echo', ['foo=bar'], shows('Cookie: foo=bar'), 'close'),
  cookie('COOK-OVERSIZED', '/echo', [`big=${'A'.repeat(65_536)}`], large),
  cookie('COOK-EMPTY', '/echo', [''], survives),
  cookie('COOK-NUL', '/echo', ['foo=\0bar'], without(/\0/)),
  cookie('COOK-CONTROL-CHARS', '/echo', ['foo=\x01\x02\x03'], without(/[\x01-\x03]/)),
  cookie('COOK-MANY-PAIRS', '/echo', [pairs], large),
  cookie('COOK-MALFORMED', '/echo', ['===;;;'], survives),
  cookie('COOK-MULTI-HEADER', '/echo', ['a=1', 'b=2'], shows('a=1', 'b=2'), '2xx 400 close'),
  cookie('COOK-PARSED-BASIC', '/cookie', ['foo=bar'], shows('foo=bar'), '400 404 close'),
  cookie('COOK-PARSED-MULTI', '/cookie', ['a=1; b=2; c=3'], shows('a=1', 'b=2', 'c=3'), '400 404 close'),
  cookie('COOK-PARSED-EMPTY-VAL', '/cookie', ['foo='], '2xx 400', '404 close'),
  cookie('COOK-PARSED-SPECIAL', '/cookie', ['a=hello world; b=x=y'], '2xx 400', '404 close'),
]);

const first = request('GET / HTTP/1.1', host, 'Connection: keep-alive');
const again = (...lines: readonly string[]): string => request('GET / HTTP/1.1', host, ...lines);
const header = (step: Seen, name: string): string => step.answer?.headers[name] ?? '';
const tag = (step: Seen): string => header(step, 'etag');

/** A condition on what the first answer said; `status` is what the second one is to be. */
const conditional = (id: string, lines: (step: Seen) => readonly string[], status: 200 | 304): Row => [
  id,
  [first, (step) => again(...lines(step))],
  (_, second) => second?.status === status,
  (one, second) => is2xx(one) && (second === undefined || is2xx(second) || second.status === 304),
];

const capabilities = cases(false, [
  conditional('CAP-ETAG-304', (step) => [`If-None-Match: ${tag(step)}`], 304),
  conditional(
    'CAP-LAST-MODIFIED-304',
    (step) => [`If-Modified-Since: ${header(step, 'last-modified')}`],
    304,
  ),
  [
    'CAP-ETAG-IN-304',
    [first, (step) => again(`If-None-Match: ${tag(step)}`)],
    (_, second) => second?.status === 304 && tag(second) !== '',
    is2xx,
  ],
  conditional(
    'CAP-INM-PRECEDENCE',
    (step) => [`If-None-Match: ${tag(step)}`, 'If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT'],
    304,
  ),
  conditional('CAP-INM-WILDCARD', () => ['If-None-Match: *'], 304),
  conditional('CAP-IMS-FUTURE', () => ['If-Modified-Since: Thu, 01 Jan 2099 00:00:00 GMT'], 200),
  conditional('CAP-IMS-INVALID', () => ['If-Modified-Since: not-a-date'], 200),
  conditional('CAP-INM-UNQUOTED', (step) => [`If-None-Match: ${tag(step).replaceAll('"', '')}`], 200),
  conditional('CAP-ETAG-WEAK', (step) => [`If-None-Match: W/${tag(step)}`], 304),
]);

export const semantics: readonly Case[] = [...names, ...upperCase, ...cookies, ...capabilities];
