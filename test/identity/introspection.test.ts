import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import t from 'tap';
import { startSessionPlatform } from '../support/platform.ts';
import { createAsker, kindOf } from './session-scene.ts';
import { cookie } from './session-platform.ts';

const platform = await startSessionPlatform();
t.teardown(() => platform.stop());

function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  return once(server, 'listening').then(() => {
    const address = server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  });
}

t.test('introspection (RFC 7662)', async (t) => {
  let answer: readonly [status: number, body: string] = [200, '{}'];
  const asked: string[] = [];
  const url = await serve((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      asked.push(`${request.headers.authorization ?? ''} ${body}`);
      response.writeHead(answer[0], { 'content-type': 'application/json' }).end(answer[1]);
    });
  });
  const exp = Math.floor(Date.now() / 1000);
  const refused = 'nobody: token-invalid';
  const unknown = 'not known: sessions-unavailable (bearer)';
  const rows: readonly (readonly [string, number, object | string, string])[] = [
    ['active', 200, { active: true, sub: 'u1', bots: ['support'] }, 'opaque u1: support'],
    ['by its user name', 200, { active: true, username: 'u1', bots: [] }, 'opaque u1: none'],
    ['active until later', 200, { active: true, sub: 'u1', bots: ['a'], exp: exp + 60 }, 'opaque u1: a'],
    ['not active', 200, { active: false }, refused],
    ['over', 200, { active: true, sub: 'u1', bots: ['a'], exp: exp - 1 }, refused],
    ['of nobody', 200, { active: true, bots: ['a'] }, unknown],
    ['active in words', 200, { active: 'true', sub: 'u1' }, unknown],
    ['the client is refused', 401, { error: 'invalid_client' }, unknown],
    ['no JSON', 200, 'active', unknown],
  ];
  const kind = {
    ...kindOf('http://a'),
    name: 'opaque',
    from: ['bearer'],
    signedIn: 'body.active',
    claims: { subject: 'body.sub || body.username', bots: 'body.bots', contact: null, conversations: null },
  };
  const { check: _check, ...rest } = kind;
  const introspection = {
    url: `${url}/introspect`,
    clientId: 'gw',
    clientSecret: Buffer.from('s:cret'),
    auth: 'basic' as const,
    timeoutMs: 1_000,
    bodyBytes: 65_536,
  };
  const bearer = (token: string): string[] => ['Authorization', `Bearer ${token}`];
  for (const [name, status, body, expected] of rows) {
    answer = [status, typeof body === 'string' ? body : JSON.stringify(body)];
    const asker = createAsker([{ ...rest, introspection }]);
    t.equal(await asker.who(bearer('2YotnFZFEjr1zCsicMWpAA')), expected, name);
    await asker.stop();
  }
  const basic = Buffer.from('gw:s%3Acret').toString('base64');
  t.equal(asked[0], `Basic ${basic} token=2YotnFZFEjr1zCsicMWpAA&token_type_hint=access_token`);
  answer = [200, '{"active":false}'];
  const agent = await platform.signIn('agent');
  const asker = createAsker([kindOf(platform.url), { ...rest, introspection }]);
  t.teardown(() => asker.stop());
  t.equal(await asker.who(cookie(agent)), 'desk 7: support', 'without a bearer');
  t.equal(
    await asker.who([...cookie(agent), ...bearer('opaque')]),
    refused,
    'a bearer never falls back to a cookie',
  );
});
