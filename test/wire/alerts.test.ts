import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { parse, stringify } from 'yaml';
import '../support/uncounted.ts';
import { redisUser } from '../../src/policy-store/redis/keys.ts';
import { startGateway, type GatewayProcess } from '../support/gateway-process.ts';
import { startPlatform } from '../support/platform.ts';
import { startReceiver, webhookSecret } from '../support/receiver.ts';
import { startRedis } from '../support/redis.ts';
import { get, page } from './page-visit.ts';
import { sceneConfig } from './scene.ts';

const [platform, redis] = await Promise.all([startPlatform(), startRedis()]);
t.teardown(() => Promise.all([platform.stop(), redis.stop()]));
await redis.client.call('ACL', 'SETUSER', 'least', 'on', '>word', ...redisUser('site').split(' '));

const token = 'an-admin-token-of-the-test';
const run = promisify(execFile);

async function command(gateway: GatewayProcess, ...args: readonly string[]) {
  const all = ['dist/main.js', ...args, '--config', gateway.configFile];
  const env = { ...process.env, TGW_GATEWAY_URL: gateway.privateUrl };
  const done = await run('node', all, { env }).catch(
    (error: unknown) => error as { stdout: string; code: number },
  );
  return { code: 'code' in done ? done.code : 0, out: done.stdout };
}

const configOf = (webhooks: readonly object[], more: object) =>
  sceneConfig(platform, {
    admin: { token },
    alerts: { webhooks, conversationsPerPerson: 3 },
    ...more,
  });

const metricsOf = async (gateway: GatewayProcess): Promise<string> =>
  (await fetch(`${gateway.privateUrl}/metrics`)).text();

t.test('two gateways on one Redis tell of each alert once, of what they saw together', async (t) => {
  const receiver = await startReceiver();
  const webhook = { name: 'operations', url: receiver.url, secret: webhookSecret };
  const store = { redis: { url: redis.url, prefix: 'site', username: 'least', password: 'word' } };
  const start = () => startGateway({ config: configOf([webhook], { store, activity: {} }) });
  const gateways = await Promise.all([start(), start()]);
  t.teardown(() => (receiver.stop(), Promise.all(gateways.map((one) => one.stop()))));
  const [one, other] = gateways;
  const member = await platform.token('member');
  const visit = (gateway: GatewayProcess, id: string): Promise<unknown> =>
    get(
      gateway.publicUrl,
      `/transcripts/support/${id}?key=secret`,
      `${page}\r\nAuthorization: Bearer ${member}`,
    );
  await visit(one, '1001');
  await visit(one, '1001');
  await visit(other, '1002');
  await visit(other, '1003');
  await receiver.until(1);
  await visit(one, '1004');
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  t.match(receiver.told, [
    {
      type: 'conversations.many_by_person',
      signed: true,
      data: { subject: 'person-member', issuer: 'staff', conversations: 3 },
    },
  ]);
  t.equal(receiver.told.length, 1, 'heard of by both, told by one');
  const lines = gateways.flatMap(({ logs }) => logs.filter(({ msg }) => msg === 'alert'));
  t.match(lines, [{ level: 40, kind: 'conversations.many_by_person', of: { conversations: 3 } }]);
  const use = { headers: { authorization: `Bearer ${token}` } };
  const listed = await Promise.all(
    gateways.map(async ({ privateUrl }) => {
      const answer = await fetch(`${privateUrl}/_gateway/api/v1/alerts`, use);
      return ((await answer.json()) as { alerts: { kind: string }[] }).alerts;
    }),
  );
  t.ok(listed.every((alerts) => alerts.some(({ kind }) => kind === 'conversations.many_by_person')));
  await receiver.until(2);
  t.equal(receiver.told[1]?.type, 'admin.static_token');
  t.equal(receiver.told.length, 2, 'once, though both were asked');
  const counts = await Promise.all(gateways.map(metricsOf));
  t.equal(counts.join('').match(/gateway_alerts_total\{kind="conversations.many_by_person"\} 1/g)?.length, 1);
  t.match(counts.join(''), /gateway_alert_deliveries_total\{receiver="operations",result="delivered"\} [12]/);
  t.notMatch(gateways.map(({ text, logs }) => text() + JSON.stringify(logs)).join(), /whsec_|hidden-in/);
  t.notMatch(JSON.stringify(receiver.told.map(({ data }) => data)), /secret/);
});

t.test('a canary, the first use of a range, a test, and a reload', async (t) => {
  const receiver = await startReceiver((response) => response.writeHead(200).end('thank you'));
  const canaries = [{ name: 'login-page', phrase: 'Who are you today' }];
  const gateway = await startGateway({ config: configOf([], { canaries, alerts: null }) });
  t.teardown(() => (receiver.stop(), gateway.stop()));
  const manage = (path: string, body: object, method = 'POST'): Promise<Response> =>
    fetch(`${gateway.privateUrl}/_gateway/api/v1/whitelists/platform${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  await manage('', { enabled: true }, 'PATCH');
  await manage('/ranges', { start: '203.0.113.0', end: '203.0.113.9' });
  t.match(await command(gateway, 'alerts', 'test'), { code: 1, out: /there is no receiver/ });
  t.match((await command(gateway, 'alerts')).out, /^0 alerts; none are configured/);

  const before = parse(readFileSync(gateway.configFile, 'utf8')) as object;
  writeFileSync(join(gateway.dir, 'secret'), webhookSecret);
  const webhooks = [{ name: 'operations', url: receiver.url, secretFile: 'secret' }];
  writeFileSync(gateway.configFile, stringify({ ...before, alerts: { webhooks } }));
  gateway.signal('SIGHUP');
  await gateway.line(({ msg }) => msg === 'reloaded');
  const visit = (): Promise<unknown> =>
    get(gateway.publicUrl, '/transcripts/support/1001', `${page}\r\nX-Forwarded-For: 203.0.113.7`);
  await visit();
  await visit();
  await receiver.until(1);
  t.match(receiver.told[0], {
    type: 'range.first_use',
    signed: true,
    data: { scope: 'platform', address: '203.0.113.7' },
  });
  await get(gateway.publicUrl, '/login?key=secret', page);
  await visit();
  t.match(await command(gateway, 'alerts', 'test'), {
    code: 0,
    out: /^operations: taken, it answered 200: thank you\n$/,
  });
  await receiver.until(4);
  t.same(
    receiver.told.map(({ type }) => type).sort(),
    ['admin.static_token', 'alerts.test', 'canary.found', 'range.first_use'],
    'and no second first use',
  );
  const { out } = await command(gateway, 'alerts', '--json');
  t.match(JSON.parse(out), {
    configured: true,
    alerts: [{ kind: 'admin.static_token' }, { kind: 'canary.found' }, { kind: 'range.first_use' }],
    receivers: [{ receiver: 'operations', delivered: 3 }],
  });
  const shown = await command(gateway, 'check-config', '--show');
  t.match(shown.out, /url: http:\/\/127\.0\.0\.1:\d+\/\(secret\)/);
  t.notMatch(shown.out, /hidden-in|whsec_/);
  const owner = { headers: { authorization: `Bearer ${await platform.token('owner')}` } };
  t.equal((await fetch(`${gateway.privateUrl}/_gateway/api/v1/alerts`, owner)).status, 403);
});
