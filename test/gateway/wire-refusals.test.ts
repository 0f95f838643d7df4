import t from 'tap';
import { ask, lines, sendRaw, type RawResponse } from '../support/raw.ts';
import { as } from './judge.ts';
import { get, host, html, startWire, type Place, type Row } from './wire-scene.ts';

const wire = await startWire();
t.teardown(() => wire.stop());

const refusals: readonly Row[] = [
  {
    name: 'a page is sent to sign in',
    send: get('/t/closed/1?a=b', html),
    status: 302,
    reason: 'no-credential',
    answer: {
      location: /^\/login\?return_to=%2Ft%2Fclosed%2F1%3Fa%3Db$/,
      'cache-control': /^no-store$/,
    },
  },
  {
    name: 'HEAD of a page too',
    send: lines('HEAD /t/closed/2 HTTP/1.1', host, html, as.expiredCookie),
    status: 302,
    reason: 'session-expired',
  },
  {
    name: 'an API is told',
    send: get('/t/closed/1', 'Accept: application/json'),
    status: 401,
    reason: 'no-credential',
    answer: { 'www-authenticate': /^Bearer$/, 'content-type': /^application\/problem\+json$/ },
  },
  {
    name: '*/* alone is an API',
    send: get('/t/closed/1', 'Accept: */*'),
    status: 401,
    reason: 'no-credential',
  },
  { name: 'no Accept is an API', send: get('/t/closed/1'), status: 401, reason: 'no-credential' },
  {
    name: 'JSON preferred is an API',
    send: get('/t/closed/1', 'Accept: text/html;q=0.5, application/json'),
    status: 401,
    reason: 'no-credential',
  },
  {
    name: 'a fetch is an API',
    send: get('/t/closed/1', html, 'Sec-Fetch-Mode: cors', 'Sec-Fetch-Dest: empty'),
    status: 401,
    reason: 'no-credential',
  },
  {
    name: 'an image is an API',
    send: get('/t/closed/1', html, 'Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: image'),
    status: 401,
    reason: 'no-credential',
  },
  {
    name: 'POST is told',
    send: lines('POST /t/closed/1 HTTP/1.1', host, html, 'Content-Length: 0'),
    status: 401,
    reason: 'no-credential',
  },
  {
    name: 'a browser with Authorization is told',
    send: get('/t/closed/1', html, as.badBearer),
    status: 401,
    reason: 'token-invalid',
    answer: { 'www-authenticate': /invalid_token/ },
  },
  {
    name: 'a frame gets a page with a way out of it',
    send: get('/t/closed/1', html, 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: iframe'),
    status: 401,
    reason: 'no-credential',
    answer: { 'content-type': /^text\/html/ },
  },
  {
    name: 'no access is a page for people',
    send: get('/t/closed/1', as.outsiderCookie, html),
    status: 403,
    reason: 'no-access',
    answer: { 'content-type': /^text\/html/, 'content-security-policy': /default-src 'none'/ },
  },
  { name: 'ambiguous', send: get('/t/ok/..%2fclosed/1'), status: 400, reason: 'path-ambiguous' },
  { name: 'no bot', send: get('/history'), status: 403, reason: 'bot-unresolved' },
  { name: 'not open', at: 'narrow', send: get('/elsewhere'), status: 404, reason: 'not-open' },
  {
    name: 'not known now',
    at: 'unknowing',
    send: get('/t/closed/1'),
    status: 503,
    reason: 'policy-unavailable',
    answer: { 'retry-after': /^\d+$/ },
  },
  {
    name: 'keys away',
    at: 'keyless',
    send: get('/t/closed/1', html, as.publicKeyCookie),
    status: 503,
    reason: 'keys-unavailable',
    answer: { 'content-type': /^text\/html/ },
  },
  {
    name: 'scripts of a configured origin may read it',
    send: get('/t/closed/1', as.outsider, 'Origin: https://app.example'),
    status: 403,
    reason: 'no-access',
    answer: { 'access-control-allow-origin': /^https:\/\/app\.example$/, vary: /^Origin$/ },
  },
  {
    name: 'scripts of another origin may not',
    send: get('/t/closed/1', as.outsider, 'Origin: https://evil.example'),
    status: 403,
    reason: 'no-access',
    answer: { 'access-control-allow-origin': null },
  },
  {
    name: 'a judge that breaks lets nobody through',
    at: 'broken',
    send: get('/t/broken/1'),
    status: 500,
    reason: 'internal-error',
  },
  {
    name: 'nor one that breaks later',
    at: 'broken',
    send: get('/t/slow-broken/1'),
    status: 500,
    reason: 'internal-error',
  },
];

t.test('refusals', (t) => wire.checkAll(t, refusals));

t.test('a refusal is the same for every bot, but for the request id and the way back', async (t) => {
  const port = await wire.port();
  const strip = (text: string): string =>
    text
      .replace(/[0-9a-f]{8}-[0-9a-f-]{27}|<span>[0-9a-f]{4}<\/span>/g, 'ID')
      .replace(/Date: [^\r]*|(?<=return_to=%2Ft%2F)(?:closed%2F1|other%2F22)/g, '');
  for (const accept of ['Accept: application/json', html]) {
    const one = await sendRaw(port, get('/t/closed/1', as.outsiderCookie, accept, 'Connection: close'));
    const other = await sendRaw(port, get('/t/other/22', as.outsiderCookie, accept, 'Connection: close'), {
      idleMs: 60,
    });
    t.equal(strip(one), strip(other));
    t.match(one, /[0-9a-f]{8}-[0-9a-f-]{27}/);
  }
});

t.test('an answer says where the address was why', async (t) => {
  const v6 = 'X-Forwarded-For: 2001:db8::1';
  const refused = async (at: Place, ...more: readonly string[]): Promise<RawResponse> =>
    ask(await wire.port(at), get('/t/closed/1', as.outsiderCookie, ...more));
  t.match(JSON.parse((await refused('proxied', v6)).body), {
    detail: /IPv6/,
    reason: 'no-access',
    status: 403,
  });
  t.match((await refused('proxied', v6, html)).body, /IPv6/);
  t.match((await refused('proxied', html)).body, /could not be determined/);
  t.notMatch((await refused('plain', html)).body, /IPv6|determined/);
});

t.test('a frame leads out of itself', async (t) => {
  const { body } = await ask(await wire.port(), get('/t/closed/1', html, 'Sec-Fetch-Dest: iframe'));
  t.match(body, /<a href="\/login\?return_to=[^"]+" target="_top"/);
  t.notMatch(body, /<script [^>]*src|<link|<img/);
});
