import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import t from 'tap';
import { startSessionPlatform } from '../support/platform.ts';
import { createAsker, createBus, kindOf } from './session-scene.ts';
import { cookie, pause } from './session-platform.ts';

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

t.test('hostile', async (t) => {
  await t.test('a session that is another person’s after a sign-in under the same id', async (t) => {
    const asker = createAsker([kindOf(platform.url)]);
    t.teardown(() => asker.stop());
    const visitor = (await fetch(`${platform.url}/`)).headers.getSetCookie()[0]?.split(';')[0] ?? '';
    t.equal(await asker.who(cookie(visitor)), 'nobody: no-credential');
    t.equal(await platform.signIn('agent', visitor), visitor, 'the id stays');
    asker.pass(cookie(visitor), 'POST', '/login', 302);
    t.equal(await asker.who(cookie(visitor)), 'desk 7: support', 'nobody is somebody at once');
    await platform.signIn('seller', visitor);
    asker.pass(cookie(visitor), 'POST', '/login', 302);
    t.equal(await asker.who(cookie(visitor)), 'desk 8: sales', 'and somebody another');
  });

  await t.test('an answer that was on its way when the session ended', async (t) => {
    const agent = await platform.signIn('agent');
    const asker = createAsker([kindOf(platform.url)]);
    t.teardown(() => asker.stop());
    await platform.mood('slow:400');
    const early = asker.who(cookie(agent));
    await pause(100);
    await platform.mood('well');
    asker.pass(cookie(agent), 'GET', '/logout', 302);
    await early;
    await platform.signOut(agent);
    t.equal(await asker.who(cookie(agent)), 'nobody: session-ended', 'is not kept');
  });

  await t.test('replays after a sign-out that another gateway saw', async (t) => {
    const bus = createBus();
    const agent = await platform.signIn('agent');
    const [one, two] = [1, 2].map(() => createAsker([kindOf(platform.url)], { ends: bus() }));
    t.teardown(() => Promise.all([one?.stop(), two?.stop()]));
    t.equal(await two?.who(cookie(agent)), 'desk 7: support');
    await platform.signOut(agent);
    one?.pass(cookie(agent), 'GET', '/logout', 302);
    t.equal(await two?.who(cookie(agent)), 'nobody: session-ended');
  });

  await t.test('cookies of two sessions in one request are the platform’s to choose from', async (t) => {
    const [agent, seller] = [await platform.signIn('agent'), await platform.signIn('seller')];
    const asker = createAsker([kindOf(platform.url)]);
    t.teardown(() => asker.stop());
    t.equal(await asker.who(cookie(`${agent}; ${seller}`)), 'desk 7: support', 'it takes the first');
    t.equal(await asker.who(cookie(`${seller}; ${agent}`)), 'desk 8: sales');
    const split = ['Host', 'chat.example', 'Cookie', seller, 'Cookie', agent];
    t.equal(await asker.who(split), 'desk 8: sales', 'in two headers');
    t.equal(await asker.who(cookie(agent)), 'desk 7: support', 'and neither is taken for the other');
  });

  await t.test('two kinds that name two people are nobody', async (t) => {
    const [agent, seller] = [await platform.signIn('agent'), await platform.signIn('seller')];
    const url = await serve((_request, response) => response.end('{"id":8,"departments":[]}'));
    const asker = createAsker([
      kindOf(platform.url),
      kindOf(url, { name: 'other', from: ['cookie:SECOND'] }),
    ]);
    t.teardown(() => asker.stop());
    t.equal(await asker.who(cookie(`${agent}; SECOND=x`)), 'nobody: session-invalid');
    t.equal(await asker.who(cookie(`SECOND=x; ${seller}`)), 'nobody: session-invalid', 'ids of two are two');
    const one = cookie('PHPSESSID=made-up; SECOND=x');
    t.equal(await asker.who(one), 'other 8: none', 'one that proves nothing does no harm');
  });

  await t.test('parts that are cut elsewhere, another kind, another host: other credentials', async (t) => {
    const seen: string[] = [];
    const url = await serve((request, response) => {
      const { host = '', 'x-a': a = '', 'x-b': b = '' } = request.headers;
      seen.push(`${host} ${String(a)}|${String(b)}`);
      response.end(JSON.stringify({ id: `${host}:${String(a)}|${String(b)}`, departments: [] }));
    });
    const asker = createAsker([kindOf(url, { from: ['header:X-A', 'header:X-B'] })]);
    t.teardown(() => asker.stop());
    const parts = (host: string, a: string, b: string) => ['host', host, 'X-A', a, 'X-B', b];
    t.equal(await asker.who(parts('h', 'ab', 'c')), 'desk h:ab|c: none');
    t.equal(await asker.who(parts('h', 'a', 'bc')), 'desk h:a|bc: none');
    t.equal(await asker.who(parts('h', 'a1:b', 'c')), 'desk h:a1:b|c: none');
    t.equal(await asker.who(parts('i', 'ab', 'c')), 'desk i:ab|c: none', 'a realm by its host');
    t.equal(seen.length, 4);
  });
});
