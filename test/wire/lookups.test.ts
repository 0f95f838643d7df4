import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import '../support/uncounted.ts';
import { startGateway, type GatewayProcess } from '../support/gateway-process.ts';
import { startPlatform, type Person } from '../support/platform.ts';
import { startRedis } from '../support/redis.ts';

/** A platform whose links have no bot, and its API, which knows whose a conversation is. */
async function startChats() {
  const state = { mood: 'well', asked: [] as string[] };
  const departments: Record<string, string> = { '17': 'support', '18': 'sales', '19': 'other' };
  const server = createServer((request, response) => {
    const id = /\/([^/]*)$/.exec(request.url ?? '')?.[1] ?? '';
    if (request.url?.startsWith('/chat/') === true) return void response.end(`the transcript of ${id}`);
    state.asked.push(`${id} ${String(request.headers['x-key'])}`);
    if (state.mood === 'down') return void response.writeHead(500).end();
    const department = departments[id];
    if (department === undefined) response.writeHead(404).end('{"error":"none"}');
    else response.end(JSON.stringify({ dep: department, user: { id: id === '19' ? 'c-100' : `c-${id}` } }));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.teardown(() => (server.closeAllConnections(), server.close()));
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, state };
}

const identities = await startPlatform();
t.teardown(() => identities.stop());
const chats = await startChats();
const adminToken = 'an-admin-token-of-the-test';
const grants = ['member', 'contact', 'admin'];
const configFor = (lookup: object, more: object = {}) => ({
  upstream: { url: chats.url },
  routes: [{ path: '/chat/:conversationId', lookup: 'chats' }],
  lookups: { chats: lookup },
  identity: {
    issuers: [
      {
        ...{ name: 'staff', issuer: 'stand-in', audience: 'transcript-gateway', grants },
        keys: [{ jwksUrl: `${identities.url}/jwks.json` }],
      },
    ],
  },
  trustedProxies: { cidrs: ['127.0.0.1/32'] },
  admin: { token: adminToken },
  ...more,
});

async function list(gateway: GatewayProcess, scope: string, address: string): Promise<void> {
  const call = (method: string, path: string, body: object) =>
    fetch(`${gateway.privateUrl}/_gateway/api/v1/whitelists/${encodeURIComponent(scope)}${path}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  await call('POST', '/ranges', { start: address, end: address });
  await call('PATCH', '', { enabled: true });
}

interface Asking {
  readonly as?: Person;
  readonly from?: string;
}

async function get(gateway: GatewayProcess, id: string, { as, from = '192.0.2.9' }: Asking = {}) {
  const bearer = as === undefined ? {} : { authorization: `Bearer ${await identities.token(as)}` };
  const answer = await fetch(`${gateway.publicUrl}/chat/${id}`, {
    headers: { 'x-forwarded-for': from, 'x-request-id': 'fixed', ...bearer },
    redirect: 'manual',
  });
  const headers = [...answer.headers].filter(([name]) => name !== 'date').map((pair) => pair.join(': '));
  const reason = answer.headers.get('x-gateway-reason');
  return {
    short: reason === null ? `${String(answer.status)}` : `${String(answer.status)} ${reason}`,
    whole: [answer.status, ...headers, await answer.text()].join('\n'),
  };
}

const officeOfSupport = '203.0.113.7';
const http = { url: '/api/chats/{conversationId}', headers: 'X-Key: secret', bot: 'dep', contact: 'user.id' };

t.test('the bot is the one that an API has for the conversation', async (t) => {
  const gateway = await startGateway({ config: configFor(http) });
  t.teardown(() => gateway.stop());
  await list(gateway, 'bot:support', officeOfSupport);
  const rows: readonly (readonly [string, string, Asking, string])[] = [
    ['a member', '17', { as: 'member' }, '200'],
    ["a member at another bot's", '19', { as: 'member' }, '403 no-access'],
    ['a stranger', '17', {}, '401 no-credential'],
    ['a listed address', '17', { from: officeOfSupport }, '200'],
    ["a listed address at another bot's", '18', { from: officeOfSupport }, '401 no-credential'],
    ['a member, where there is none', '77', { as: 'member' }, '403 no-access'],
    ['a listed address, where there is none', '78', { from: officeOfSupport }, '401 no-credential'],
  ];
  for (const [what, id, asking, expected] of rows)
    t.equal((await get(gateway, id, asking)).short, expected, what);

  t.ok(
    chats.state.asked.every((asked) => asked.endsWith(' secret')),
    'asked with the credential of the service',
  );

  await t.test('a refusal does not tell whether there is such a conversation', async (t) => {
    for (const asking of [{}, { as: 'member' }, { from: officeOfSupport }] as const) {
      const [there, nowhere] = [await get(gateway, '19', asking), await get(gateway, '99', asking)];
      t.equal(nowhere.whole, there.whole.replaceAll('/19', '/99'), JSON.stringify(asking));
    }
    chats.state.asked.length = 0;
    await get(gateway, '501');
    t.same(chats.state.asked, [], 'for a stranger whom nothing could let in, nobody is asked');
  });

  await t.test('an API that is down', async (t) => {
    chats.state.mood = 'down';
    t.equal((await get(gateway, '1700', { as: 'member' })).short, '503 lookup-unavailable');
    t.equal((await get(gateway, '17', { as: 'member' })).short, '200', 'what is known stays so');
    t.equal((await get(gateway, '1701')).short, '401 no-credential', 'a stranger');
    await gateway.line((line) => line['lookup'] === 'chats' && String(line['why']).includes('500'));
    const line = await gateway.line((one) => one['msg'] === 'access' && one['conversation'] === '1700');
    t.match(line, { reason: 'lookup-unavailable', lookup: 'unavailable' });
    chats.state.mood = 'well';
  });

  const metrics = await (await fetch(`${gateway.privateUrl}/metrics`)).text();
  t.match(metrics, /gateway_lookup_answers_total\{lookup="chats",result="missing"\} [1-9]/);
});

t.test('a contact reads the conversation that the lookup says is theirs', async (t) => {
  for (const [contact, id, expected] of [
    ['user.id', '19', '200'],
    ['user.id', '17', '403 no-access'],
    [null, '19', '403 no-access'],
  ] as const) {
    const gateway = await startGateway({ config: configFor({ ...http, contact }) });
    t.equal((await get(gateway, id, { as: 'contact' })).short, expected, `${String(contact)} ${id}`);
    await gateway.stop();
  }
});

t.test('a file, and a hash of Redis', async (t) => {
  const redis = await startRedis();
  t.teardown(() => redis.stop());
  await redis.client.hset('chats', '17', 'support', '18', '{"dep":"sales"}', '19', '{"dep":"other"}');
  const store = { store: { redis: { url: redis.url } } };
  const byHash = await startGateway({ config: configFor({ redisHash: 'chats', bot: 'dep' }, store) });
  t.teardown(() => byHash.stop());
  const file = join(byHash.dir, 'chats.json');
  writeFileSync(file, '{"17":"support","18":{"dep":"sales"},"19":"other"}');
  const byFile = await startGateway({ config: configFor({ file, bot: 'dep' }) });
  t.teardown(() => byFile.stop());
  for (const gateway of [byHash, byFile]) {
    t.equal((await get(gateway, '17', { as: 'member' })).short, '200');
    t.equal((await get(gateway, '19', { as: 'member' })).short, '403 no-access');
    t.equal((await get(gateway, '99', { as: 'member' })).short, '403 no-access');
  }
  await redis.kill();
  t.equal((await get(byHash, '2000', { as: 'member' })).short, '503 lookup-unavailable', 'Redis is gone');
});
