import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import '../support/uncounted.ts';
import { startGateway } from '../support/gateway-process.ts';
import { hmacSigner, seconds } from '../support/tokens.ts';

const jwt = hmacSigner('HS256', undefined).sign({ email: 'ann@chat.example', exp: seconds(600) });

/** Who is signed in at a platform: by what they bring. */
const signedIn = new Set([
  `Bearer ${jwt}`,
  'Token good',
  'sid=good',
  '_zammad_session_0a1b=good',
  'MibewSessionID=good',
  'good',
]);

/** A platform that refuses whoever is not signed in, at every URL but what is for all; it says who they are. */
const server = createServer((request, response) => {
  const { authorization = '', cookie = '', 'x-auth-token': header = '' } = request.headers;
  const known = [authorization, cookie, header].some((text) => signedIn.has(String(text)));
  const isForAll = /^\/chat\/style|^\/lite/.test(request.url ?? '');
  response.writeHead(known || isForAll ? 200 : 401, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ id: 7, payload: { email: 'ann' }, words: 'WORDS' }));
});
await once(server.listen(0, '127.0.0.1'), 'listening');
t.teardown(() => (server.closeAllConnections(), server.close()));
const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;

/** Pack, target, what is brought, what is answered: the platform's 200 or 401, or the gateway's reason. */
const rows: readonly (readonly [string, string, Readonly<Record<string, string>>, string])[] = [
  ['botpress', '/api/v1/bots/shop/mod/hitlnext/conversations/1/messages', {}, 'no-credential'],
  [
    'botpress',
    '/api/v1/bots/shop/mod/hitlnext/conversations/1/messages',
    { authorization: `Bearer ${jwt}` },
    '200',
  ],
  [
    'botpress',
    '/api/v1/bots/shop/mod/hitlnext/conversations/1/messages',
    { authorization: `Bearer ${jwt}x` },
    '401',
  ],
  ['botpress', '/api/v1/bots/shop/mod/channel-web/conversations/get', {}, 'no-credential'],
  ['botpress', '/lite/shop/', {}, '200'],
  ['zammad', '/api/v1/tickets/17', {}, 'no-credential'],
  ['zammad', '/api/v1/tickets/17', { cookie: '_zammad_session_0a1b=good' }, '200'],
  ['zammad', '/api/v1/tickets/17', { cookie: '_zammad_session_0a1b=bad' }, '401'],
  ['zammad', '/api/v1/tickets/17', { authorization: 'Token good' }, '200'],
  ['mibew', '/chat/17/4711', {}, 'no-credential'],
  ['mibew', '/chat/17/4711', { cookie: 'MibewSessionID=good' }, '200'],
  ['mibew', '/chat/style/popup/default', {}, '200'],
  ['mibew', '/chat/st%79le/popup/default', {}, 'no-credential'],
  ['chatwoot', '/api/v1/widget/messages', { 'x-auth-token': 'good' }, '200'],
  ['chatwoot', '/api/v1/widget/messages', {}, 'no-credential'],
  ['chatwoot', '/rails/active_storage/blobs/redirect/eyJ/a.pdf', { 'x-auth-token': 'good' }, 'no-credential'],
];

t.test('a pack alone: who brings what the platform knows is let through, strangers are not', async (t) => {
  for (const name of new Set(rows.map(([pack]) => pack))) {
    const config = { upstream: { url }, platform: name, trustedProxies: { cidrs: [] } };
    const gateway = await startGateway({ config });
    t.teardown(() => gateway.stop());
    for (const [pack, target, headers, expected] of rows) {
      if (pack !== name) continue;
      const answer = await fetch(`${gateway.publicUrl}${target}`, { headers, redirect: 'manual' });
      const text = await answer.text();
      const reason = answer.headers.get('x-gateway-reason') ?? String(answer.status);
      t.equal(reason, expected, `${pack} ${target} ${Object.keys(headers).join()}`);
      t.equal(text.includes('WORDS') && answer.status === 200, expected === '200');
    }
  }
});
