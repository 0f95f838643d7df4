import t from 'tap';
import { lines } from '../support/raw.ts';
import { as } from './judge.ts';
import { get, host, startWire, type Row } from './wire-scene.ts';

const wire = await startWire();
t.teardown(() => wire.stop());

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
    send: get('/t/closed/1', as.outsider, 'Connection: Upgrade', 'Upgrade: h2c'),
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
const tables: Readonly<Record<string, readonly Row[]>> = {
  'the reserved prefix': ownRows,
  'what breaks HTTP': brokenRows,
};
for (const [title, rows] of Object.entries(tables)) t.test(title, (t) => wire.checkAll(t, rows));
