import t from 'tap';
import { ask, lines } from '../support/raw.ts';
import { as } from './judge.ts';
import { get, host, startWire, viaProxy, type Row } from './wire-scene.ts';

const wire = await startWire();
t.teardown(() => wire.stop());

const headerRows: readonly Row[] = [
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
      '/t/closed/1',
      as.cookie,
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
    send: get('/t/closed/1', as.member),
    status: 200,
    upstream: {
      has: ['x-gateway-decision: bot-access', 'x-gateway-enforced: true', 'x-gateway-bot: closed'],
    },
    answer: {
      'cache-control': /^no-store$/,
      'x-robots-tag': /^noindex$/,
      'referrer-policy': /^same-origin$/,
      'set-cookie': /^a=1, b=2$/,
    },
  },
  {
    name: 'mode report forwards and adds nothing',
    send: get('/t/report/1', as.outsider),
    status: 200,
    upstream: { has: ['x-gateway-decision: no-access', 'x-gateway-enforced: false'] },
    answer: { 'cache-control': /^public, max-age=60$/, 'x-robots-tag': null },
  },
  {
    name: 'behind a trusted proxy its word counts',
    at: 'proxied',
    send: get(
      '/t/closed/1',
      as.member,
      `${viaProxy}, 10.0.0.1`,
      'X-Forwarded-Proto: https',
      'X-Forwarded-Host: seen.example',
      'X-Request-Id: from-the-proxy',
      'X-Real-IP: 198.51.100.7',
    ),
    status: 200,
    upstream: {
      has: [
        'x-forwarded-for: 198.51.100.7, 10.0.0.1, 127.0.0.1',
        'x-forwarded-proto: https',
        'x-forwarded-host: seen.example',
        'x-request-id: from-the-proxy',
        'x-real-ip: 198.51.100.7',
      ],
    },
  },
  {
    name: 'an unknown address is not passed on',
    at: 'proxied',
    send: get('/t/closed/1', as.member),
    status: 200,
    upstream: { lacks: ['x-forwarded-for'] },
  },
  {
    name: 'a preflight goes without credentials, and comes back without its body',
    send: lines(
      'OPTIONS /t/closed/1 HTTP/1.1',
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

t.test('headers', (t) => wire.checkAll(t, headerRows));

t.test('headers leave in the order in which they came', async (t) => {
  await ask(await wire.port(), get('/h', 'X-B: 1', 'X-A: 2', 'X-B: 3'));
  const names = wire.take()[0]?.rawHeaders.filter((text) => /^X-[AB]$/.test(text));
  t.strictSame(names, ['X-B', 'X-A', 'X-B']);
});
