import t from 'tap';
import { openStream } from '../admin/events.ts';
import { startGateway } from '../support/gateway-process.ts';
import { startPlatform } from '../support/platform.ts';
import { get, page } from './page-visit.ts';
import { sceneConfig } from './scene.ts';

const platform = await startPlatform();
t.teardown(() => platform.stop());

t.test('who read a conversation is answered, and to an owner of their bots alone', async (t) => {
  const admin = { token: 'first-token-'.repeat(4) };
  const gateway = await startGateway({
    config: sceneConfig(platform, { admin, store: { file: t.testdir() } }),
  });
  t.teardown(() => gateway.stop());
  const owner = await platform.token('owner');
  const call = async (token: string, path: string): Promise<string> => {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${gateway.privateUrl}/_gateway/api/v1${path}`, { headers })).text();
  };
  const port = Number(new URL(gateway.privateUrl).port);
  const streams = await Promise.all([openStream(port, '', admin.token), openStream(port, '', owner)]);
  const visit = (bot: string, token: string): Promise<unknown> =>
    get(gateway.publicUrl, `/transcripts/${bot}/1001`, `${page}\r\nAuthorization: Bearer ${token}`);
  await visit('support', await platform.token('member'));
  await visit('sales', owner);
  const paths = [
    '/activity?conversation=1001',
    '/activity/summary',
    '/lookup?q=1001',
    '/reports/access?conversation=1001',
    '/reports/access?conversation=1001&forPerson=true&format=csv',
  ];
  for (
    let i = 0;
    i < 100 && !/support[^]*sales|sales[^]*support/.test(await call(admin.token, paths[0] ?? ''));
    i += 1
  )
    await new Promise((resolve) => setTimeout(resolve, 50));
  for (const path of paths) {
    const [all, own] = [await call(admin.token, path), await call(owner, path)];
    t.match(all, /support/, path);
    t.match(all, /sales/, path);
    t.match(own, /sales/, `owner: ${path}`);
    t.notMatch(own, /support|person-member/, `owner: ${path}`);
  }
  for (const path of [
    '/activity?bot=support',
    '/reports/access?bot=support',
    '/reports/review?scope=bot%3Asupport',
  ])
    t.match(await call(owner, path), /"not-yours"/, path);
  const [all, own] = streams.map((stream) => stream.text());
  t.match(all, /"bot":"support"[^]*"bot":"sales"/);
  t.match(own, /"bot":"sales"/);
  t.notMatch(own, /support/);
  for (const stream of streams) stream.close();
  await gateway.line(
    ({ msg, what, by }) => msg === 'read' && what === 'reports/access' && /owner/.test(String(by)),
  );
  const readings = JSON.parse(await call(admin.token, '/readings?limit=1000')) as {
    readings: { what: string; of: object; by: string }[];
  };
  const asked = readings.readings.map(({ what, of, by }) => `${by} ${what} ${JSON.stringify(of)}`);
  t.ok(
    asked.includes('static-token activity {"conversation":"1001"}'),
    'who read what, in the record itself',
  );
  t.ok(asked.some((one) => /^person-owner \(staff\) reports\/access/.test(one)));
  t.equal(new Set(asked).size, asked.length, 'each question once, however often it was asked');
  t.match(await call(owner, '/readings'), /"not-yours"/);
  t.match(await call(admin.token, '/readings?limit=1'), /"next":"\d+"/);
  t.match(await call(admin.token, '/readings?to=2020-01-01T00:00:00Z'), /"readings":\[\]/);
  const verify = await fetch(`${gateway.privateUrl}/_gateway/api/v1/audit/verify`, {
    method: 'POST',
    headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json' },
    body: '{}',
  });
  t.match(await verify.json(), { whole: true }, 'chained as decisions are');
  t.equal(await gateway.stop(), 0);
});
