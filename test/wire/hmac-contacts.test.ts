import { createHmac } from 'node:crypto';
import t from 'tap';
import { startRawUpstream } from '../support/upstreams.ts';
import { startGateway } from '../support/gateway-process.ts';
import { ask, lines } from '../support/raw.ts';
import { createSigner, seconds } from '../support/tokens.ts';

const secret = 'of-the-widget-1234567890';
const hashOf = (id: string, key = secret): string => createHmac('sha256', key).update(id).digest('hex');
const signer = createSigner('HS256', 'k');
const adminToken = 'a-static-token-that-nobody-guesses';

const seen: string[] = [];
const upstream = await startRawUpstream((socket, text) => {
  seen.push(text);
  socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nTRANSCRIPT');
});
const contact = { bot: 'a', tokenPlaces: ['query'] };
const config = {
  upstream: { url: upstream.url },
  routes: [
    { path: '/contacts/:contactId/history', ...contact },
    { path: '/mine', query: { contactId: 'user_id' }, ...contact },
    { path: '/other/:contactId', bot: 'b', tokenPlaces: ['query'] },
    { path: '/plain/:contactId', bot: 'a' },
    { path: '/t/:botId/:conversationId', tokenPlaces: ['query'] },
  ],
  identity: {
    issuers: [
      {
        ...{
          name: 'staff',
          issuer: 'https://issuer.example/',
          audience: 'x',
          from: ['bearer', 'cookie:session'],
        },
        keys: [{ kid: 'k', algorithm: 'HS256', secretBase64: signer.secret.toString('base64') }],
      },
    ],
    hmacContacts: [
      { name: 'widget', contact: 'query:user_id', hash: 'query:user_hash', secret, bots: ['a'] },
      { name: 'app', contact: 'header:X-User', hash: 'header:X-User-Hash', secret, bots: ['a'] },
      { name: 'site', contact: 'cookie:user', hash: 'cookie:user_hash', secret, bots: ['a'] },
    ],
  },
  trustedProxies: { cidrs: ['127.0.0.1/32'] },
  admin: { token: adminToken },
};
const gateway = await startGateway({ config });
const keeping = await startGateway({
  config: { ...config, identity: { ...config.identity, forwardCredentials: false } },
});
t.teardown(async () => {
  await Promise.all([gateway.stop(), keeping.stop()]);
  await upstream.stop();
});

const visit = (target: string, ...headers: readonly string[]) => visitAt(gateway, target, ...headers);

async function visitAt({ publicUrl }: { publicUrl: string }, target: string, ...headers: readonly string[]) {
  seen.length = 0;
  const answer = await ask(
    Number(new URL(publicUrl).port),
    lines(`GET ${target} HTTP/1.1`, 'Host: chat.example', ...headers),
  );
  return [answer.status, answer.headers['x-gateway-reason']].filter((part) => part !== undefined).join(' ');
}

const good = hashOf('17');
const member = signer.sign({
  ...{ iss: 'https://issuer.example/', aud: 'x', sub: 'ada', exp: seconds(600), bots: ['a'] },
});
const upgrade = [
  ...['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

t.test('a contact that a hash proves sees their own, and nothing else', async (t) => {
  const rows: readonly (readonly [name: string, expected: string, target: string, ...headers: string[]])[] = [
    ['their own', '200', `/contacts/17/history?user_id=17&user_hash=${good}`],
    ['in capital letters', '200', `/contacts/17/history?user_id=17&user_hash=${good.toUpperCase()}`],
    ['where the id is the route’s too', '200', `/mine?user_id=17&user_hash=${good}`],
    ['somebody else’s', '403 no-access', `/contacts/18/history?user_id=17&user_hash=${good}`],
    ['another id with this hash', '401 token-invalid', `/contacts/18/history?user_id=18&user_hash=${good}`],
    [
      'a hash by another secret',
      '401 token-invalid',
      `/contacts/17/history?user_id=17&user_hash=${hashOf('17', 'x')}`,
    ],
    ['half a hash', '401 token-invalid', `/contacts/17/history?user_id=17&user_hash=${good.slice(0, 32)}`],
    ['an id alone', '401 no-credential', '/contacts/17/history?user_id=17'],
    ['a hash alone', '401 no-credential', `/contacts/17/history?user_hash=${good}`],
    ['two ids', '401 token-invalid', `/contacts/17/history?user_id=17&user_id=18&user_hash=${good}`],
    [
      'two hashes',
      '401 token-invalid',
      `/contacts/17/history?user_id=17&user_hash=${good}&user_hash=${hashOf('18')}`,
    ],
    [
      'an e-mail address',
      '401 token-invalid',
      `/contacts/a%40b/history?user_id=a%40b&user_hash=${hashOf('a@b')}`,
    ],
    ['of another bot', '403 no-access', `/other/17?user_id=17&user_hash=${good}`],
    ['where the route allows no query', '401 no-credential', `/plain/17?user_id=17&user_hash=${good}`],
    ['a conversation of nobody’s', '403 no-access', `/t/a/1?user_id=17&user_hash=${good}`],
    ['headers', '200', '/plain/17', 'X-User: 17', `X-User-Hash: ${good}`],
    ['cookies', '200', '/plain/17', `Cookie: user=17; user_hash=${good}`],
    ['bad cookies', '401 session-invalid', '/plain/17', `Cookie: user=18; user_hash=${good}`],
    ['two of one cookie', '401 session-invalid', '/plain/17', `Cookie: user=17; user=18; user_hash=${good}`],
    [
      'cookies of two people',
      '401 session-invalid',
      '/plain/17',
      `Cookie: user=17; user_hash=${good}; session=${member}`,
    ],
    [
      'a bearer and a hash',
      '401 token-invalid',
      `/mine?user_id=17&user_hash=${good}`,
      `Authorization: Bearer ${member}`,
    ],
    [
      'two kinds of hash',
      '401 token-invalid',
      `/mine?user_id=17&user_hash=${good}`,
      'X-User: 17',
      `X-User-Hash: ${good}`,
    ],
    [
      'a bad hash beside a good cookie',
      '401 token-invalid',
      `/t/a/1?user_id=17&user_hash=0`,
      `Cookie: session=${member}`,
    ],
    [
      'a socket of a foreign page, by cookies',
      '403 origin-mismatch',
      '/plain/17',
      ...upgrade,
      'Origin: https://evil.example',
      `Cookie: user=17; user_hash=${good}`,
    ],
  ];
  for (const [name, expected, target, ...headers] of rows)
    t.equal(await visit(target, ...headers), expected, name);
  t.match(await gateway.line(({ cause }) => cause === 'wrong-hash'), { reason: 'token-invalid' });
});

t.test('a hash in the query goes nowhere else', async (t) => {
  await visit(`/mine?user_id=17&user_hash=${good}`);
  t.match(seen.join(''), /^GET \/mine\?user_id=17 HTTP/);
  t.notMatch(gateway.text(), good, 'the log');
  const said = await gateway.line(({ msg }) => String(msg).includes('has no end'));
  t.ok(said, 'warned at start');
});

t.test('a hash reaches the platform only where credentials do', async (t) => {
  const inHeader = ['X-User: 17', `X-USER-HASH: ${good}`];
  const rows: readonly (readonly [name: string, target: string, ...headers: string[]])[] = [
    ['a header', '/plain/17', ...inHeader],
    ['a header twice', '/plain/17', ...inHeader, `X-User-Hash: ${good}`],
    ['a header, of an upgrade', '/plain/17', ...inHeader, ...upgrade],
    ['a cookie', '/plain/17', `Cookie: theme=dark; user=17; user_hash=${good}`],
    ['a cookie, quoted', '/plain/17', `Cookie: theme=dark; user=17; user_hash="${good}"`],
    [
      'a cookie in a header of its own',
      '/plain/17',
      'Cookie: theme=dark; user=17',
      `cookie: user_hash=${good}`,
    ],
    ['one that proves nothing here', '/not-guarded', `Cookie: theme=dark; user=17; user_hash=${good}`],
    ['a query', `/mine?user_id=17&user_hash=${good}`],
  ];
  for (const [name, target, ...headers] of rows) {
    await visitAt(keeping, target, ...headers);
    t.match(seen.join(''), /17|not-guarded/, `${name}: the platform is asked`);
    t.notMatch(seen.join(''), good, name);
    if (target.startsWith('/mine')) continue;
    await visit(target, ...headers);
    t.match(seen.join(''), good, `${name}, where they are forwarded`);
  }
  await visitAt(keeping, '/plain/17', `Cookie: theme=dark; user=17; user_hash=${good}`);
  t.match(seen.join(''), /cookie: theme=dark; user=17\r\n/i, 'what else a visitor sends stays');
});

t.test('taken back, it opens nothing', async (t) => {
  const answer = await fetch(`${gateway.privateUrl}/_gateway/api/v1/revocations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ issuer: 'widget', subject: '17' }),
  });
  t.equal(answer.status, 201);
  t.equal(await visit(`/mine?user_id=17&user_hash=${good}`), '401 token-revoked');
  t.equal(await visit(`/mine?user_id=18&user_hash=${hashOf('18')}`), '200');
});
