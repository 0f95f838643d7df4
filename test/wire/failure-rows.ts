import { lines } from '../support/raw.ts';

export const host = 'Host: chat.example';
const cookie = 'Cookie: session=a-cookie-value';
const query = '?q=a-query-value';
export const get = (target: string, ...more: readonly string[]): string =>
  lines(`GET ${target} HTTP/1.1`, host, cookie, ...more);
const post = (target: string, ...more: readonly string[]): string =>
  lines(`POST ${target}${query} HTTP/1.1`, host, cookie, ...more);
const large = 'x'.repeat(1_025);
const json = 'Content-Type: application/json';

export interface Row {
  readonly name: string;
  readonly send: string | readonly string[];
  readonly status: number;
  readonly code: string;
  readonly cause: RegExp;
}

/** The same target where it is guarded and where it is not. */
const onBoth = (name: string, part: string, more: Pick<Row, 'status' | 'code' | 'cause'>): Row[] =>
  [`/${part}`, `/t/support/${part}`].map((at) => ({
    name: `${name}: ${at}`,
    send: get(at + query),
    ...more,
  }));
const refused = { status: 400, code: 'bad-request' } as const;

export const rows: readonly Row[] = [
  ...onBoth('an answer that is none', 'broken', { status: 502, code: 'upstream-invalid', cause: /HTTP\/1\.1 protocol/ }),
  ...onBoth('a connection that is closed', 'gone', { status: 502, code: 'upstream-unreachable', cause: /./ }),
  ...onBoth('no answer in time', 'slow', { status: 504, code: 'upstream-timeout', cause: /HEADERS_TIMEOUT/ }),
  { name: 'broken HTTP', send: lines('GET / HTTP/1.1', host, 'a-query-value : b'), cause: /^HPE_/, ...refused },
  { name: 'two hosts', send: get('/', 'Host: a'), cause: /before it is judged/, ...refused },
  { name: 'no URL that can be routed', send: get('/_gateway/%zz'), cause: /./, ...refused },
  { name: 'a target too long', send: get(`/${'a-query-value'.repeat(1_500)}`), status: 414, code: 'target-too-long', cause: /before it is judged/ },
  { name: 'too many headers', send: get('/', ...Array<string>(201).fill('A: b')), status: 431, code: 'headers-too-large', cause: /before it is judged/ },
  { name: 'headers too large', send: get('/', `A: ${'x'.repeat(50_000)}`), status: 431, code: 'headers-too-large', cause: /^HPE_HEADER_OVERFLOW/ },
  { name: 'a body that is more than is looked at', send: post('/ask', json, 'Content-Length: 1025') + large, status: 413, code: 'body-too-large', cause: /limits\.inspectedBodyBytes/ },
  { name: 'one in chunks', send: `${post('/ask', json, 'Transfer-Encoding: chunked')}401\r\n${large}\r\n0\r\n\r\n`, status: 413, code: 'body-too-large', cause: /limits\.inspectedBodyBytes/ },
  { name: 'a body that stops', send: post('/p', 'Content-Length: 9'), status: 408, code: 'request-timeout', cause: /bodyTimeoutMs/ },
  { name: 'one that is looked at', send: post('/ask', json, 'Content-Length: 9'), status: 408, code: 'request-timeout', cause: /stood still/ },
  { name: 'headers that stop', send: 'GET / HTTP/1.1\r\nHost: a\r\n', status: 408, code: 'request-timeout', cause: /ERR_HTTP_REQUEST_TIMEOUT/ },
  { name: 'another expectation', send: get('/', 'Expect: 200-ok'), status: 417, code: 'expectation-failed', cause: /100-continue/ },
  { name: 'TRACE', send: lines('TRACE / HTTP/1.1', host), status: 405, code: 'method-not-allowed', cause: /before it is judged/ },
  { name: 'CONNECT', send: lines('CONNECT a:443 HTTP/1.1', host), status: 405, code: 'method-not-allowed', cause: /CONNECT/ },
]; // prettier-ignore
