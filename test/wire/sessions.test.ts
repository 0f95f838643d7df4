import t from 'tap';
import '../support/uncounted.ts';
import { startGateway } from '../support/gateway-process.ts';
import { signInAt, startSessionPlatform } from '../support/platform.ts';
import { startRedis } from '../support/redis.ts';
import { adminToken, configFor, endOf, fillList, get, listed, pause } from './session-gateway.ts';

const platform = await startSessionPlatform();
t.teardown(() => platform.stop());

t.test('opaque sessions, on the wire', async (t) => {
  const gateway = await startGateway({ config: configFor(platform.url) });
  t.teardown(() => gateway.stop());
  await fillList(gateway);
  const transcript = '/transcripts/support/1001';
  const agent = await signInAt(gateway.publicUrl, 'agent');
  const newcomer = await signInAt(gateway.publicUrl, 'newcomer');
  const rows: readonly (readonly [string, string, string, string?])[] = [
    ['an agent', agent, '200'],
    ['a colleague without access', newcomer, '403 no-access'],
    ['a stranger', '', '401 no-credential'],
    ['a made-up session', 'PHPSESSID=0123', '401 no-credential'],
    ['a stranger from a listed address', '', '200', listed],
    ['a made-up session from there', 'PHPSESSID=0124', '200', listed],
  ];
  for (const [name, cookie, expected, from] of rows)
    t.equal(await get(gateway, transcript, cookie, from), expected, name);

  await t.test('the platform is down for its own calls', async (t) => {
    await platform.mood('status:500');
    t.equal(
      await get(gateway, transcript, 'PHPSESSID=0125'),
      '503 sessions-unavailable',
      'it cannot be known',
    );
    t.equal(await get(gateway, transcript, 'PHPSESSID=0126', listed), '200', 'it does not matter');
    t.equal(await get(gateway, transcript, agent), '200', 'it is known already');
    t.match(await (await fetch(`${gateway.privateUrl}/readyz`)).json(), { degraded: true });
    await platform.mood('well');
  });

  await t.test('a stream ends within two seconds of the sign-out', async (t) => {
    const events = `${transcript}/events?count=100&everyMs=200`;
    const signOut = () => get(gateway, '/logout', agent);
    const ms = await endOf(gateway, events, agent, signOut);
    t.ok(ms < 2_000 + 500, `${ms} ms`);
    t.equal(await get(gateway, transcript, agent), '401 session-ended');
    await signInAt(gateway.publicUrl, 'agent', agent);
    t.equal(await get(gateway, transcript, agent), '200', 'the same id, signed in again');
  });

  await t.test('explain says what was asked, what came, and what each expression gave', async (t) => {
    const chief = await signInAt(gateway.publicUrl, 'seller');
    const answer = await fetch(`${gateway.privateUrl}/_gateway/api/v1/explain`, {
      method: 'POST',
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ target: transcript, clientIp: '192.0.2.9', headers: { cookie: chief } }),
    });
    const text = await answer.text();
    t.match(text, /GET http:\/\/127\.0\.0\.1:\d+\/api\/me/);
    t.match(text, /signedIn \(status == `200`\) gives true/);
    t.match(text, /bots \(body\.departments\[\]\.id\) gives \[\\"sales\\"\]/);
    t.match(text, /remembered for 30 s/);
    t.notMatch(text, new RegExp(chief.split('=')[1] ?? ''), 'never the credential itself');
  });

  const metrics = await (await fetch(`${gateway.privateUrl}/metrics`)).text();
  t.match(metrics, /gateway_session_checks_total\{session="desk",result="failed"\} [1-9]/);
  t.match(metrics, /gateway_session_ends_total\{session="desk"\} 1\n/);
});

t.test('a sign-out on one gateway is known on the other', async (t) => {
  const redis = await startRedis();
  t.teardown(() => redis.stop());
  const config = configFor(platform.url, { store: { redis: { url: redis.url } } });
  const [one, two] = await Promise.all([startGateway({ config }), startGateway({ config })]);
  t.teardown(() => Promise.all([one.stop(), two.stop()]));
  const agent = await signInAt(one.publicUrl, 'agent');
  const path = '/transcripts/support/1001';
  t.equal(await get(one, path, agent), '200');
  t.equal(await get(two, path, agent), '200');
  const ms = await endOf(two, `${path}/events?count=200&everyMs=200`, agent, () =>
    get(one, '/logout', agent),
  );
  t.ok(ms < 2_500, `its stream ended after ${ms} ms`);
  t.equal(await get(two, path, agent), '401 session-ended');

  await redis.kill();
  await Promise.all(
    [one, two].map(({ line }) => line((entry) => entry['msg'] === 'Redis cannot be reached')),
  );
  await pause(1_000);
  for (const gateway of [one, two])
    t.equal(await get(gateway, '/'), '200', 'without Redis the platform goes on');
});
