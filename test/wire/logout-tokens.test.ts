import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { startRawUpstream } from '../support/upstreams.ts';
import { startGateway, type GatewayProcess } from '../support/gateway-process.ts';
import { ask, lines } from '../support/raw.ts';
import { createSigner, seconds } from '../support/tokens.ts';

const chunk = 'a\r\nTRANSCRIPT\r\n';
const upstream = await startRawUpstream((socket, text) => {
  const target = text.split(' ')[1] ?? '';
  const tick = (bytes: string): void => {
    const timer = setInterval(() => socket.write(bytes), 50);
    socket.on('close', () => clearInterval(timer));
  };
  if (target.endsWith('/tunnel')) {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    tick('TRANSCRIPT');
  } else if (target.endsWith('/stream')) {
    socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}`);
    tick(chunk);
  } else socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nTRANSCRIPT');
});

t.teardown(() => upstream.stop());
const signer = createSigner('HS256', 'k');
const iss = 'https://issuer.example/';
const adminToken = 'a-static-token-that-nobody-guesses';
const configOf = (store: object) => ({
  upstream: { url: upstream.url },
  routes: [{ path: '/t/:botId/:id' }],
  identity: {
    issuers: [
      {
        ...{ name: 'staff', issuer: iss, audience: 'x', from: ['bearer', 'cookie:session'] },
        keys: [{ kid: 'k', algorithm: 'HS256', secretBase64: signer.secret.toString('base64') }],
      },
    ],
  },
  limits: { hostileTokensPerMinute: 20 },
  trustedProxies: { cidrs: ['127.0.0.1/32'] },
  admin: { token: adminToken },
  ...store,
});
const tokenOf = (sub: string, more: object = {}): string =>
  signer.sign({ iss, aud: 'x', sub, iat: seconds(-5), exp: seconds(600), bots: ['a'], ...more });
const logout = (jti: string, more: object = {}): string =>
  signer.sign(
    {
      ...{ iss, aud: 'x', jti, iat: seconds(), exp: seconds(120), ...more },
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    },
    { typ: 'logout+jwt' },
  );

const portOf = (gateway: GatewayProcess): number => Number(new URL(gateway.publicUrl).port);

async function visit(gateway: GatewayProcess, ...headers: readonly string[]): Promise<string> {
  const answer = await ask(portOf(gateway), lines('GET /t/a/1 HTTP/1.1', 'Host: chat.example', ...headers));
  return [answer.status, answer.headers['x-gateway-reason']].filter((part) => part !== undefined).join(' ');
}

async function manage(gateway: GatewayProcess, method: string, path = '', body?: object) {
  const answer = await fetch(`${gateway.privateUrl}/_gateway/api/v1/revocations${path}`, {
    method,
    headers: { authorization: `Bearer ${adminToken}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as {
    id: string;
    total?: number;
    revocations?: { id: string; createdBy: string }[];
  };
}

t.test('the door of logout tokens', async (t) => {
  const gateway = await startGateway({ config: configOf({}) });
  t.teardown(() => gateway.stop());
  while ((await visit(gateway)).startsWith('503')) await pause(50);
  const url = `${gateway.publicUrl}/_gateway/backchannel-logout`;
  const post = (body: string, type = 'application/x-www-form-urlencoded') =>
    fetch(url, { method: 'POST', headers: { 'content-type': type, 'x-forwarded-for': '192.0.2.7' }, body });
  const form = (...tokens: readonly string[]): string => tokens.map((one) => `logout_token=${one}`).join('&');

  const rows: readonly (readonly [name: string, status: number, body: string, type?: string])[] = [
    ['no token', 400, 'x=1'],
    ['an empty one', 400, form('')],
    ['two', 400, form(logout('j1', { sub: 'ada' }), logout('j2', { sub: 'ada' }))],
    ['an access token', 400, form(tokenOf('ada'))],
    ['JSON', 415, '{}', 'application/json'],
    ['too much', 413, form('x'.repeat(40_000))],
  ];
  for (const [name, status, body, type] of rows) {
    const answer = await post(body, type);
    t.equal(answer.status, status, name);
    t.equal(answer.headers.get('cache-control'), 'no-store');
    t.match(await answer.json(), { error: 'invalid_request', error_description: String });
  }
  const got = await fetch(url);
  t.match([got.status, got.headers.get('allow')], [405, 'POST']);

  t.equal(
    await visit(gateway, `Authorization: Bearer ${tokenOf('ada')}`),
    '200',
    'nobody was signed out by that',
  );
  const good = logout('j3', { sub: 'ada' });
  const done = await post(form(good));
  t.match([done.status, await done.text(), done.headers.get('cache-control')], [200, '', 'no-store']);
  t.equal(await visit(gateway, `Authorization: Bearer ${tokenOf('ada')}`), '401 token-revoked');
  const { revocations = [] } = await manage(gateway, 'GET');
  t.match(revocations, [{ createdBy: 'backchannel-logout (staff)' }]);

  await manage(gateway, 'DELETE', `/${revocations[0]?.id ?? ''}`);
  t.equal((await post(form(good))).status, 200, 'sent again, it is answered alike');
  t.equal(
    await visit(gateway, `Authorization: Bearer ${tokenOf('ada')}`),
    '200',
    'and takes nothing back again',
  );

  const many = Array.from({ length: 40 }, (_, n) => post(form(logout(`m${n}`, { sub: `p${n}` }))));
  t.same([...new Set((await Promise.all(many)).map(({ status }) => status))], [200], 'many at once');
  t.equal((await manage(gateway, 'GET')).total, 40);

  const forged = createSigner('HS256', 'k').sign(
    {
      iss,
      aud: 'x',
      jti: 'f',
      sub: 'ada',
      iat: seconds(),
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    },
    { typ: 'logout+jwt' },
  );
  const statuses = [];
  for (let n = 0; n < 21; n += 1) statuses.push((await post(form(forged))).status);
  t.same([statuses[0], statuses.at(-1)], [400, 429], 'forged ones without end');
  t.notMatch(gateway.text(), good, 'no token in the log');
});
