import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import t from 'tap';
import { createAsker, kindOf } from './session-scene.ts';

const cookie = ['host', 'chat.example', 'Cookie', 'PHPSESSID=a'];
const known = 'desk 7: support';
const nobody = 'nobody: no-credential';

/** A platform that knows a session from the address alone at which it began. */
async function bindingPlatform(t: { teardown(end: () => unknown): void }, home: string) {
  const seen: (string | undefined)[] = [];
  const server = createServer(({ headers }, response) => {
    const from = headers['x-forwarded-for'];
    seen.push(typeof from === 'string' ? from : undefined);
    response.statusCode = from === home ? 200 : 403;
    response.end('{"id":7,"departments":[{"id":"support"}]}');
  }).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { seen, url: `http://127.0.0.1:${port}` };
}

t.test('a session that is bound to an address is asked about from there', async (t) => {
  const home = '198.51.100.7';
  const { url, seen } = await bindingPlatform(t, home);
  const asker = createAsker([kindOf(url, { check: { forwardedFor: true } })]);
  t.teardown(() => asker.stop());
  t.equal(await asker.who(cookie, { address: home }), known);
  t.equal(
    await asker.who(cookie, { address: '203.0.113.9' }),
    nobody,
    'what counts at one is nothing at another',
  );
  t.equal(await asker.who(cookie, { address: home }), known, 'and is remembered there');
  t.same(seen, [home, '203.0.113.9']);
  asker.pass(cookie, 'POST', '/chat', 200, [], home);
  t.equal(await asker.who(cookie, { address: home }), known);
  t.equal(seen.length, 2, 'a message that is sent makes nobody forget who sent it');
  asker.pass(cookie, 'GET', '/logout', 302, [], '203.0.113.9');
  t.equal(await asker.who(cookie, { address: home }), known);
  t.equal(seen.length, 3, 'its end is an end wherever it is seen');
});

t.test('while the platform does not answer, nobody waits whose last answer still counts', async (t) => {
  const asked: ServerResponse[] = [];
  const server = createServer((_request, response) => {
    if (asked.push(response) === 1) response.end('{"id":7,"departments":[{"id":"support"}]}');
  }).listen(0, '127.0.0.1');
  t.teardown(() => (server.closeAllConnections(), server.close()));
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const check = { timeoutMs: 300 };
  const asker = createAsker([
    kindOf(`http://127.0.0.1:${port}`, { check, cacheSeconds: 1, graceSeconds: 3 }),
  ]);
  t.teardown(() => asker.stop());
  t.equal(await asker.who(cookie), known);
  await setTimeout(1_100);
  t.equal(await asker.who(cookie), known, 'the first that finds out waits for it');
  await setTimeout(1_100);
  t.ok(asker.atOnce(cookie), 'and no other');
  await setTimeout(400);
  t.equal(asked.length, 3, 'it is asked all the same');
  await setTimeout(1_600);
  t.equal(await asker.who(cookie), 'not known: sessions-unavailable (cookie)', 'until its grace is over');
});

t.test('an unknown address, and a platform that is not told, are as nobody’s', async (t) => {
  const { url, seen } = await bindingPlatform(t, '198.51.100.7');
  const told = createAsker([kindOf(url, { check: { forwardedFor: true } })]);
  const untold = createAsker([kindOf(url)]);
  t.teardown(() => Promise.all([told.stop(), untold.stop()]));
  t.equal(await told.who(cookie, { address: undefined }), nobody);
  t.equal(await untold.who(cookie, { address: '198.51.100.7' }), nobody);
  t.same(seen, [undefined, undefined]);
});
