import t from 'tap';
import { lines } from '../support/raw.ts';
import { as } from './judge.ts';
import { get, host, startWire, type Row } from './wire-scene.ts';

const wire = await startWire();
t.teardown(() => wire.stop());

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
    send: lines(`${method} /t/closed/1 HTTP/1.1`, host, as.member),
    status: 200,
    upstream: { method, target: '/t/closed/1', has: ['x-gateway-decision: bot-access'] },
  }),
);
const refusedMethods: readonly Row[] = ['DELETE', 'PROPFIND', 'PURGE', 'HEAD', 'POST'].map((method) => ({
  name: `${method} without access is refused`,
  send: lines(`${method} /t/closed/1 HTTP/1.1`, host, as.outsider, 'Content-Length: 0'),
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
const tables: Readonly<Record<string, readonly Row[]>> = {
  'legal targets, byte for byte': legalTargets,
  methods: [...methodRows, ...refusedMethods],
  bodies,
};
for (const [title, rows] of Object.entries(tables)) t.test(title, (t) => wire.checkAll(t, rows));
