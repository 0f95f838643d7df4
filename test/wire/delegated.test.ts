import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import t from 'tap';
import '../support/uncounted.ts';
import { startGateway } from '../support/gateway-process.ts';
import { startSessionPlatform } from '../support/platform.ts';
import { configFor, fillList, get, listed } from './session-gateway.ts';

const platform = await startSessionPlatform();
t.teardown(() => platform.stop());

t.test('what the platform decides itself', async (t) => {
  let open = false;
  let asked = 0;
  /** Shows its desk to whoever is signed in and, once something is wrong with it, to everybody. */
  const desk = createServer((request, response) => {
    if (request.headers['user-agent']?.includes('stranger') === true) asked += 1;
    const known = open || request.headers.cookie === 'PHPSESSID=good';
    response.writeHead(known ? 200 : 302, known ? {} : { Location: '/login' }).end('a transcript');
  }).listen(0, '127.0.0.1');
  await once(desk, 'listening');
  t.teardown(() => desk.close());
  const address = desk.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const gateway = await startGateway({ config: configFor(url) });
  t.teardown(() => gateway.stop());
  await fillList(gateway);
  const path = '/desk/support/1001';
  t.equal(await get(gateway, path), '401 no-credential', 'a stranger');
  t.equal(asked, 0);
  t.equal(await get(gateway, path, 'PHPSESSID=good'), '200', 'a session');
  t.ok(asked >= 2, 'after the platform was asked as a stranger, with nothing and with something made up');
  t.equal(await get(gateway, path, 'PHPSESSID=bad'), '302', 'the platform’s own refusal');
  t.equal(await get(gateway, path, '', listed), '302', 'an address: the platform is asked without a session');

  open = true;
  await gateway.line(({ level, msg }) => level === 50 && String(msg).includes('shows strangers'));
  t.equal(await get(gateway, path, 'PHPSESSID=good'), '503 platform-unproven', 'shut where it is open');
  t.equal(await get(gateway, path, '', listed), '200', 'an address opens it still');
  t.match(await (await fetch(`${gateway.privateUrl}/readyz`)).json(), { ready: true, degraded: true });
  t.match(
    await (await fetch(`${gateway.privateUrl}/metrics`)).text(),
    /gateway_delegation_shut\{route="\/desk[^}]*\} 1\n/,
  );

  open = false;
  writeFileSync(
    gateway.configFile,
    `${JSON.stringify({ ...configFor(url), public: { port: 0 }, private: { port: 0 }, store: { file: `${gateway.dir}/data` } })}\n`,
  );
  gateway.signal('SIGHUP');
  await gateway.line(({ msg }) => String(msg).includes('refuses strangers again'));
  t.equal(await get(gateway, path, 'PHPSESSID=good'), '200', 'a reload asks again');
});

t.test('a route is shut from its first request on where the platform shows it to strangers', async (t) => {
  const gateway = await startGateway({
    config: configFor(platform.url, {
      routes: [{ path: '/transcripts/:botId/:conversationId', members: 'platform' }],
    }),
  });
  t.teardown(() => gateway.stop());
  t.equal(await get(gateway, '/transcripts/support/1001', 'PHPSESSID=x'), '503 platform-unproven');
});
