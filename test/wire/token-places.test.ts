import t from 'tap';
import { startRawUpstream } from '../support/upstreams.ts';
import { startGateway } from '../support/gateway-process.ts';
import { ask, lines } from '../support/raw.ts';
import { createSigner, seconds } from '../support/tokens.ts';

const [signer, other] = [createSigner('HS256', 'k'), createSigner('HS256', 'o')];
const issuer = 'https://issuer.example/';
const token = (changes: object = {}): string =>
  signer.sign({
    iss: issuer,
    aud: 'x',
    sub: 'ada',
    iat: seconds(-5),
    exp: seconds(600),
    bots: ['a'],
    ...changes,
  });
const keyOf = (one: typeof signer) => ({
  ...{ kid: one.kid, algorithm: 'HS256', secretBase64: one.secret.toString('base64') },
});

const seen: string[] = [];
const upstream = await startRawUpstream((socket, text) => {
  seen.push(text);
  const isUpgrade = /^upgrade: websocket/im.test(text);
  const switching = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
  socket.end(isUpgrade ? switching : 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nTRANSCRIPT');
});
const places = ['header:X-Auth-Token', 'header:Authorization JWT', 'query:token', 'protocol:bearer'];
const staff = { name: 'staff', issuer, audience: 'x', keys: [keyOf(signer)], grants: ['member', 'admin'] };
const gateway = await startGateway({
  config: {
    upstream: { url: upstream.url },
    routes: [
      { path: '/t/:botId/:id' },
      { path: '/s/:botId/:id', tokenPlaces: ['query', 'protocol'] },
      { path: '/k/:botId/:id', tokenPlaces: ['query', 'protocol'], forwardTokens: true },
    ],
    identity: {
      forwardCredentials: false,
      sessions: ['header:X-Session', 'bearer'].map((place) => ({
        ...{ name: place, from: [place], check: { url: '/me' } },
        ...{ claims: { subject: '"ada"', bots: '"*"' }, allBots: '*' },
      })),
      issuers: [
        { ...staff, from: [...places, 'cookie:session'] },
        { name: 'other', issuer: 'https://other.example/', audience: 'x', keys: [keyOf(other)] },
      ],
    },
    trustedProxies: { cidrs: ['127.0.0.1/32'] },
    admin: { public: true, token: 'a-static-token-that-nobody-guesses' },
    log: { level: 'debug' },
  },
});
const port = Number(new URL(gateway.publicUrl).port);
t.teardown(async () => {
  await gateway.stop();
  await upstream.stop();
});

const good = token();
const host = `Host: 127.0.0.1:${port}`;
const upgrade = [
  ...['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

/** What a request is answered, and what of it the platform saw. */
async function visit(target: string, ...headers: readonly string[]) {
  seen.length = 0;
  const answer = await ask(port, lines(`GET ${target} HTTP/1.1`, host, ...headers));
  const reason = answer.headers['x-gateway-reason'];
  return {
    answer,
    said: reason === undefined ? String(answer.status) : `${answer.status} ${reason}`,
    saw: seen.join(''),
  };
}

t.test('a token opens by the place that its issuer names, and reaches nobody else', async (t) => {
  const rows: readonly (readonly [name: string, expected: string, target: string, ...headers: string[]])[] = [
    ['a header', '200', '/t/a/1', `X-Auth-Token: ${good}`],
    ['a scheme', '200', '/t/a/1', `Authorization: JWT ${good}`],
    ['the query', '200', `/s/a/1?x=1&token=${good}&y=2`],
    ['a subprotocol', '101', '/s/a/1', ...upgrade, `Sec-WebSocket-Protocol: chat, bearer, ${good}`],
    [
      'one of a socket’s page',
      '101',
      '/s/a/1',
      ...upgrade,
      'Origin: https://evil.example',
      `Sec-WebSocket-Protocol: bearer, ${good}`,
    ],
    ['the query where the route does not allow it', '401 no-credential', `/t/a/1?token=${good}`],
    [
      'a subprotocol there',
      '401 no-credential',
      '/t/a/1',
      ...upgrade,
      `Sec-WebSocket-Protocol: bearer, ${good}`,
    ],
    ['the bearer, which it does not name', '401 token-invalid', '/t/a/1', `Authorization: Bearer ${good}`],
    ['another bot', '403 no-access', '/t/b/1', `X-Auth-Token: ${good}`],
    [
      'an expired one',
      '401 token-expired',
      `/s/a/1?token=${token({ exp: seconds(-100) })}`,
      `Cookie: session=${good}`,
    ],
    ['a broken one beside a good cookie', '401 token-invalid', `/s/a/1?token=x`, `Cookie: session=${good}`],
    [
      'one of another issuer’s',
      '401 token-invalid',
      '/t/a/1',
      `X-Auth-Token: ${other.sign({ iss: 'https://other.example/', aud: 'x', sub: 'ada', exp: seconds(60), bots: ['a'] })}`,
    ],
    [
      'two that differ',
      '401 token-invalid',
      `/s/a/1?token=${good}`,
      `X-Auth-Token: ${token({ sub: 'eve' })}`,
    ],
    [
      'two of one header',
      '401 token-invalid',
      '/t/a/1',
      `X-Auth-Token: ${good}`,
      `X-Auth-Token: ${token({ sub: 'eve' })}`,
    ],
    [
      'a good one and somebody’s bearer',
      '401 token-invalid',
      `/s/a/1?token=${good}`,
      'Authorization: Bearer a.b.c',
    ],
    ['the same one twice', '200', `/s/a/1?token=${good}`, `X-Auth-Token: ${good}`],
    [
      'a socket of a foreign page, by a header that a proxy could add',
      '403 origin-mismatch',
      '/t/a/1',
      ...upgrade,
      'Origin: https://evil.example',
      `X-Auth-Token: ${good}`,
    ],
    ['a socket of a program', '101', '/t/a/1', ...upgrade, `X-Auth-Token: ${good}`],
    ['an opaque bearer of the platform’s', '200', '/t/a/1', 'Authorization: Bearer opaque'],
    [
      'it, and a token',
      '401 token-invalid',
      '/t/a/1',
      'Authorization: Bearer opaque',
      `X-Auth-Token: ${good}`,
    ],
    ['a session in a header', '101', '/t/a/1', ...upgrade, 'X-Session: s'],
    [
      'a socket of a foreign page, by a session that a proxy could add',
      '403 origin-mismatch',
      '/t/a/1',
      ...[...upgrade, 'Origin: https://evil.example', 'X-Session: s'],
    ],
  ];
  for (const [name, expected, target, ...headers] of rows) {
    const { said, saw } = await visit(target, ...headers);
    t.equal(said, expected, name);
    t.notMatch(saw, good, `${name}: not at the platform`);
  }
  const refused = await gateway.line(({ cause }) => cause === 'two-credentials');
  t.match(refused, { msg: 'access', reason: 'token-invalid' });
});

t.test('what the platform sees', async (t) => {
  const query = await visit(`/s/a/1?x=%7E1&token=${good}&y`);
  t.match(query.saw, /^GET \/s\/a\/1\?x=%7E1&y HTTP/);
  t.equal(query.answer.headers['referrer-policy'], 'no-referrer');
  t.equal(
    (await visit(`/t/a/1?token=x`, `X-Auth-Token: ${good}`)).answer.headers['referrer-policy'],
    'same-origin',
  );
  t.match(seen.join(''), /^GET \/t\/a\/1\?token=x HTTP/, 'a parameter of the platform’s own');
  const socket = await visit('/s/a/1', ...upgrade, `Sec-WebSocket-Protocol: chat, bearer, ${good}`);
  t.match(socket.saw, /^Sec-WebSocket-Protocol: chat, bearer\r$/im);
  const kept = await visit(`/k/a/1?token=${good}`, ...upgrade, `Sec-WebSocket-Protocol: bearer, ${good}`);
  t.match(kept.saw, `GET /k/a/1?token=${good} HTTP`);
  t.match(kept.saw, `Sec-WebSocket-Protocol: bearer, ${good}`);
});

t.test('no way back, no log and no other site is told of it', async (t) => {
  const old = token({ exp: seconds(-100) });
  const { answer } = await visit(`/s/a/1?x=1&token=${old}`, 'Accept: text/html');
  t.equal(answer.status, 302);
  t.equal(answer.headers['location'], `/login?return_to=${encodeURIComponent('/s/a/1?x=1')}`);
  t.equal(answer.headers['referrer-policy'], 'no-referrer');
  for (const secret of [good, old]) t.notMatch(gateway.text(), secret, 'the log');
});

t.test('the admin API takes no token from a URL, and none of a header for a foreign page’s', async (t) => {
  const chief = token({ roles: ['super_admin'] });
  const call = (method: string, query: string, headers: Record<string, string>) =>
    fetch(`${gateway.publicUrl}/_gateway/api/v1/${method === 'GET' ? 'me' : 'whitelists/platform'}${query}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(method !== 'GET' && { body: '{"enabled":true}' }),
    }).then(({ status }) => status);
  t.equal(await call('GET', '', { 'x-auth-token': chief }), 200);
  t.not(await call('GET', `?token=${chief}`, {}), 200);
  const mine = { 'x-auth-token': chief, 'sec-fetch-site': 'same-origin' };
  t.equal(await call('PATCH', '', mine), 200, 'a page of the site');
  t.equal(await call('PATCH', '', { ...mine, 'sec-fetch-site': 'cross-site' }), 403);
  t.equal(await call('PATCH', '', { 'x-auth-token': chief }), 403, 'nothing vouches for it');
  t.equal(await call('PATCH', '', { authorization: `JWT ${chief}` }), 200, 'Authorization is set on purpose');
});
