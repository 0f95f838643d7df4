import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { parse, stringify } from 'yaml';
import type { SchemaNode } from '../../src/config/schema/kinds.ts';
import { schemaRoot } from '../../src/config/schema/schema.ts';
import { runGateway, startGateway, type GatewayProcess } from '../support/gateway-process.ts';
import { createAccessLog, type AccessLogOptions } from '../../src/audit/access-log.ts';
import { header, startPlatform } from '../support/platform.ts';
import { ask, sendRaw } from '../support/raw.ts';
import { sceneConfig } from './scene.ts';

const platform = await startPlatform();
t.teardown(() => platform.stop());

const page = 'Host: chat.example\r\nConnection: close\r\nAccept: text/html\r\nSec-Fetch-Mode: navigate';
const get = (url: string, target: string, fields = page) =>
  ask(Number(new URL(url).port), `GET ${target} HTTP/1.1\r\n${fields}\r\n\r\n`, { idleMs: 3000 });

t.test('a bad configuration: every mistake at once, and exit 2', async (t) => {
  const config = {
    upstream: { url: 'http://127.0.0.1:3000/path' },
    routes: [{ path: 'no-slash' }],
    polcy: {},
  };
  const run = runGateway({ config });
  t.equal(await run.exited, 2);
  for (const what of ['upstream.url', 'routes[0]', 'polcy', 'policy']) t.match(run.text(), what);
});

t.test('a port that is taken: said, and exit 1', async (t) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const run = runGateway({ config: sceneConfig(platform, { public: { port } }) });
  t.equal(await run.exited, 1);
  t.match(JSON.stringify(run.logs), `could not start: public.port ${String(port)} is taken (EADDRINUSE)`);
  server.close();
});

t.test('dead keys and a dead upstream at start: the process stays up, and says so', async (t) => {
  const dead = 'http://127.0.0.1:9';
  const issuer = {
    name: 'staff',
    issuer: 'x',
    audience: 'y',
    keys: [{ jwksUrl: `${dead}/jwks.json` }],
    grants: ['member'],
  };
  const identity = { issuers: [{ ...issuer, from: ['bearer', 'cookie:session'] }] };
  const gateway = await startGateway({
    config: sceneConfig(platform, { upstream: { url: dead }, identity }),
  });
  t.teardown(() => gateway.stop());
  const answer = await get(gateway.publicUrl, '/');
  t.equal(answer.status, 502, 'a dead upstream');
  t.match(answer.headers['content-type'], /text\/html/);
  t.equal((await fetch(`${gateway.privateUrl}/healthz`)).status, 200, 'it lives');
  const ready = await fetch(`${gateway.privateUrl}/readyz`);
  t.equal(ready.status, 200, 'and is ready: a platform must not go dark because keys are away');
  t.match(await ready.json(), {
    degraded: true,
    dependencies: [{ name: 'policy' }, { name: 'store' }, { name: /staff/, state: 'down' }],
  });
  t.equal((await fetch(`${gateway.publicUrl}/_gateway/healthz`)).status, 200);
  t.equal(
    await (await fetch(`${gateway.publicUrl}/_gateway/readyz`)).text(),
    '',
    'the public door tells no details',
  );
});

t.test('SIGHUP takes a new configuration, and keeps the old one where the new one is bad', async (t) => {
  const gateway = await startGateway({ config: sceneConfig(platform) });
  t.teardown(() => gateway.stop());
  t.equal((await get(gateway.publicUrl, '/feedback')).status, 200, 'not guarded yet');
  const before = readFileSync(gateway.configFile, 'utf8');
  writeFileSync(
    gateway.configFile,
    before.replace('routes:', 'routes:\n  - path: /feedback\n    bot: support'),
  );
  gateway.signal('SIGHUP');
  await gateway.line((line) => line['msg'] === 'reloaded');
  t.equal((await get(gateway.publicUrl, '/feedback')).status, 302, 'guarded from now on');
  writeFileSync(gateway.configFile, before.replace('routes:', 'rutes:'));
  gateway.signal('SIGHUP');
  await gateway.line((line) => /^reload refused/.test(String(line['msg'])));
  t.equal((await get(gateway.publicUrl, '/feedback')).status, 302, 'still guarded');
});

/** Targets that some upstream could take for a transcript of “support”, or for one of any bot. */
const oddTargets = [
  '/transcripts/support/1001',
  '/TRANSCRIPTS/support/1001',
  '/transcripts/%73upport/1001',
  '/transcripts/%2573upport/1001',
  '/transcripts/support;x=1/1001;y=2',
  '/transcripts//support/1001',
  '//transcripts/support/1001',
  '/x/../transcripts/support/1001',
  '/transcripts/x/../support/1001',
  '/transcripts/sales/../support/1001',
  '/transcripts/sales/..%2fsupport/1001',
  '/transcripts/sales/..%252fsupport/1001',
  '/transcripts/sales/%2e%2e/support/1001',
  '/transcripts/sales/..;/support/1001',
  '/transcripts/sales/..;x=y/support/1001',
  '/transcripts/sales/..%5csupport/1001',
  '/transcripts/sales/%c0%ae%c0%ae/support/1001',
  '/transcripts/sales/%EF%BC%8E%EF%BC%8E/support/1001',
  '/transcripts/sales/1001?botId=support',
  '/transcripts/sales/1001;botId=support',
  '/transcripts/sales/1001&bot=support',
  '/transcripts/sales/1001?x=/../../support/1001',
  '/transcripts/support%20/1001',
  '/transcripts/support%00/1001',
  '/transcripts/support./1001',
  '/transcripts/./support/1001',
  '/transcripts/%u0073upport/1001',
  '/transcripts/s%C3%BApport/1001',
  '/history?botId=support',
  '/history?botId=support&botId=support',
  '/history?botId=sales&botId=support',
  '/history?botId=sales&BotId=support',
  '/history?botId=sales&botId[]=support',
  '/history?botId=sales;botId=support',
  '/history?botId=%73upport&botId=sales',
  '/history?botId=',
  '/history',
  '/index.php/transcripts/support/1001',
  '/api/bots/sales/..%2fsupport/conversations/1001/transcript',
  '/transcripts/sales\\..\\support/1001',
  '/transcripts/sales%zz/1001',
];

/** What a bot that is only watched is asked with: none of them could be another bot's. */
const watchedTargets = [
  '/transcripts/sales/1001',
  '/transcripts/%73ales/1001;x=y',
  '/transcripts/x/../sales/1001',
  '/transcripts/x/..%2fsales/1001',
  '/history?botId=sales',
  '/history?botId=sales&botId=sales',
  '/history?botId=sales&botId=other',
  '/transcripts/sales/1001?botId=other',
  '/feedback',
];

/** The keys that a reload takes, each with what it is changed to. */
const reloaded = {
  public: { url: 'https://new.example', corsOrigins: ['https://app.example'] },
  routes: [
    { path: '/feedback', bot: 'sales' },
    { path: '/open', open: true },
    { path: '/watched/:botId' },
    { path: '/looked/:conversationId', lookup: 'chats' },
  ],
  lookups: { chats: { file: './nowhere.json', bot: 'id' } },
  frontController: 'app.cgi',
  otherPaths: 'reject',
  botIdCase: 'lower',
  pages: { siteName: 'The New Site' },
  identity: { issuers: [], forwardCredentials: true },
  login: { url: '/enter' },
  trustedProxies: { cidrs: ['127.0.0.1/32'], source: 'header:x-visitor' },
  policy: { maxStalenessSeconds: 1_000, defaults: { mode: 'report' } },
  admin: { token: 'another-token-'.repeat(4) },
  upstream: { allowHeaders: ['X-Remote-User'] },
  log: { level: 'debug' },
};

t.test('a reload takes every key that it says it takes, and nothing of the others', async (t) => {
  const marked = (node: SchemaNode, path: string): string[] =>
    node.reload === true
      ? [path]
      : Object.entries(node.properties ?? {}).flatMap(([name, child]) =>
          marked(child, path === '' ? name : `${path}.${name}`),
        );
  const has = (path: string): boolean =>
    path
      .split('.')
      .reduce<unknown>((at, name) => (Object(at) as Readonly<Record<string, unknown>>)[name], reloaded) !==
    undefined;
  t.same(
    marked(schemaRoot, '').filter((path) => !has(path)),
    [],
    'a key without a row here',
  );
  const gateway = await startGateway({
    config: sceneConfig(platform, { admin: { token: 'first-token-'.repeat(4) } }),
  });
  t.teardown(() => gateway.stop());
  const { port } = new URL(gateway.publicUrl);
  const before = parse(readFileSync(gateway.configFile, 'utf8')) as Record<string, object>;
  const change = async (next: Readonly<Record<string, object | string>>): Promise<string> => {
    const from = gateway.logs.length;
    writeFileSync(gateway.configFile, stringify({ ...before, ...next }));
    gateway.signal('SIGHUP');
    await gateway.line((line) => gateway.logs.indexOf(line) >= from && line['msg'] === 'reloaded');
    return JSON.stringify(gateway.logs.slice(from));
  };
  const limits = { targetBytes: 300 };
  const told = await change({
    ...reloaded,
    public: { ...before['public'], ...reloaded.public, port: Number(port) },
    upstream: { ...before['upstream'], ...reloaded.upstream },
    limits,
  });
  t.match(told, /"needRestart":\["public\.port","limits\.targetBytes"\]/);
  await gateway.line(({ msg }) => msg === 'not taken until a restart: public.port, limits.targetBytes');
  const plain = 'Host: chat.example\r\nConnection: close';
  const status = async (target: string, fields = plain) =>
    (await get(gateway.publicUrl, target, fields)).status;
  t.equal(await status(`/open/${'x'.repeat(400)}`), 404, 'limits.targetBytes: as it was');
  t.equal(await status('/login'), 200, 'where all scopes only report');
  await gateway.line(({ msg, reason }) => msg === 'access' && reason === 'not-open');
  const explain = async (token: string, target: string) => {
    const response = await fetch(`${gateway.privateUrl}/_gateway/api/v1/explain`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ target, clientIp: '192.0.2.1' }),
    });
    return JSON.stringify([response.status, await response.json()]);
  };
  const next = reloaded.admin.token;
  t.match(await explain('first-token-'.repeat(4), '/feedback'), /^\[401/, 'admin.token');
  t.match(await explain(next, '/feedback'), /^\[200.*bot sales.*mode report/, 'routes, policy.defaults');
  t.match(await explain(next, '/watched/Support'), /bot support/, 'botIdCase');
  t.match(await explain(next, '/x?y=app.cgi/feedback'), /bot sales/, 'frontController');
  t.match(await explain(next, '/looked/17'), /nowhere\.json cannot be read/, 'lookups');
  t.match(await explain(next, '/feedback'), /"no-access"/, 'identity: nobody is asked to log in');
  await get(gateway.publicUrl, '/watched/a', `${plain}\r\nX-Visitor: 203.0.113.99`);
  await gateway.line(({ msg, clientIp }) => msg === 'access' && clientIp === '203.0.113.99');
  await gateway.line(({ level, reason }) => level === 20 && reason === 'not-guarded');
  await platform.take();
  await get(gateway.publicUrl, '/feedback', `${plain}\r\nX-Remote-User: somebody`);
  const [allowed] = await platform.take();
  t.equal(allowed && header(allowed, 'X-Remote-User'), 'somebody', 'upstream.allowHeaders');
  const login = { url: '/enter', returnParam: 'back' };
  const { pages } = reloaded;
  await change({ public: { ...before['public'], ...reloaded.public }, login, pages });
  const framed = `${plain}\r\nAccept: text/html\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe`;
  t.match((await get(gateway.publicUrl, '/transcripts/a/1', framed)).body, /The New Site/, 'pages');
  const { headers } = await get(gateway.publicUrl, '/transcripts/a/1');
  t.match(headers['location'], /\/enter\?back=/, 'login');
  const cors = await get(gateway.publicUrl, '/transcripts/a/1', `${plain}\r\nOrigin: https://app.example`);
  t.equal(cors.headers['access-control-allow-origin'], 'https://app.example', 'public.corsOrigins');
  await platform.take();
  await get(gateway.publicUrl, '/feedback', plain);
  const [forwarded] = await platform.take();
  t.equal(forwarded && header(forwarded, 'X-Forwarded-Host'), 'new.example', 'public.url');
  const trustedProxies = { cidrs: ['127.0.0.1/32'], source: 'proxy-protocol' };
  await change({ trustedProxies });
  const proxied = `PROXY TCP4 203.0.113.7 127.0.0.1 1 2\r\nGET /transcripts/a/1 HTTP/1.1\r\n${plain}\r\n\r\n`;
  t.equal((await ask(Number(port), proxied)).status, 401, 'trustedProxies.source: PROXY headers from now on');
  await gateway.line(({ msg, clientIp }) => msg === 'access' && clientIp === '203.0.113.7');
  await change({});
  t.equal(await status('/transcripts/a/1'), 401, 'and back');
});

t.test('a roll-out bot by bot: report is the default, one bot enforces', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'wire-test-'));
  writeFileSync(join(dir, 'token'), 'rollout-'.repeat(8));
  const gateway = await startGateway({
    config: sceneConfig(platform, {
      policy: { defaults: { mode: 'report' } },
      admin: { tokenFile: join(dir, 'token') },
    }),
  });
  t.teardown(async () => {
    await gateway.stop();
    rmSync(dir, { recursive: true });
  });
  const patched = await fetch(`${gateway.privateUrl}/_gateway/api/v1/whitelists/bot%3Asupport`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${'rollout-'.repeat(8)}`, 'content-type': 'application/json' },
    body: '{"mode":"enforce"}',
  });
  t.equal(patched.status, 200);
  const plain = 'Host: chat.example\r\nConnection: close';
  const upgrade =
    'Host: chat.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
  const body = `${plain}\r\nContent-Length: 13`;
  for (const target of oddTargets) {
    await platform.take();
    for (const fields of [plain, upgrade]) {
      const { status } = await get(gateway.publicUrl, target, fields);
      t.ok([400, 401, 403].includes(status), `${target}: ${status}`);
    }
    t.same(await platform.take(), [], `${target}: nothing reached the upstream`);
  }
  const form = `POST /history?botId=sales HTTP/1.1\r\n${body}\r\n\r\nbotId=support`;
  t.equal((await ask(Number(new URL(gateway.publicUrl).port), form)).status, 400, 'a body without a type');
  t.same(await platform.take(), []);
  for (const target of watchedTargets) {
    const [direct] = [await get(platform.url, target, plain), await platform.take()];
    const through = await get(gateway.publicUrl, target, plain);
    t.equal(through.status, direct.status, target);
    t.equal(through.body, direct.body, `${target}: as it is without us`);
    t.same(Object.keys(through.headers).sort(), Object.keys(direct.headers).sort(), 'no header is added');
    t.equal((await platform.take()).length, 1);
  }
});

t.test('the metrics say what was decided', async (t) => {
  const gateway = await startGateway({ config: sceneConfig(platform) });
  t.teardown(() => gateway.stop());
  await get(gateway.publicUrl, '/transcripts/support/1');
  await get(gateway.publicUrl, '/');
  const response = await fetch(`${gateway.privateUrl}/metrics`);
  t.match(response.headers.get('content-type'), /^text\/plain/);
  const text = await response.text();
  t.match(text, /^gateway_decisions_total\{outcome="login",reason="no-credential",mode="enforce"\} 1$/m);
  for (const name of [
    'policy_revision',
    'policy_age_seconds',
    'token_cache_hits_total',
    'long_answers',
    'connections',
    'decision_seconds_count',
    'upstream_seconds_count',
    'decision_seconds_bucket{le="\\+Inf"}',
  ])
    t.match(text, new RegExp(`^gateway_${name} -?[0-9]`, 'm'));
  t.match(text, /^gateway_upstream_seconds_count 1$/m, 'one was forwarded');
  t.equal(
    (await fetch(`${gateway.publicUrl}/metrics`)).status,
    404,
    'not on the public door: the platform’s own answer',
  );
});

t.test('what was refused is found again by what the visitor reads out', async (t) => {
  const admin = { token: 'first-token-'.repeat(4) };
  const search = async (gateway: GatewayProcess, query: string) => {
    const headers = { authorization: `Bearer ${admin.token}` };
    const response = await fetch(`${gateway.privateUrl}/_gateway/api/v1/activity?${query}`, { headers });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const log = { level: 'warn', clientIp: 'truncated', subject: 'hashed' };
  const config = sceneConfig(platform, { admin, log, store: { file: t.testdir() } });
  const kept = await startGateway({ config });
  t.teardown(() => kept.stop());
  const fields = `${page}\r\nX-Forwarded-For: 203.0.113.7`;
  const answer = await get(kept.publicUrl, '/transcripts/support/1001?secret=word', fields);
  await get(kept.publicUrl, '/', fields);
  const member = `${page}\r\nAuthorization: Bearer ${await platform.token('member')}`;
  await get(kept.publicUrl, '/transcripts/support/1002', member);
  const id = String(answer.headers['x-request-id']);
  let found = await search(kept, `requestId=${id.slice(0, 8)}`);
  for (let i = 0; i < 100 && (found.body['events'] as unknown[] | undefined)?.length !== 1; i += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    found = await search(kept, `requestId=${id.slice(0, 8)}`);
  }
  const event = { requestId: id, outcome: 'login', status: 302, bot: 'support', conversation: '1001' };
  t.match(found, { status: 200, body: { events: [{ ...event, clientIp: '203.0.113.0' }] } });
  const all = JSON.stringify((await search(kept, '')).body);
  t.equal(all.split('"requestId"').length - 1, 2, 'what is not guarded is not recorded');
  t.match(all, /"subject":"[0-9a-f]{20}"/, 'as the log may tell it');
  t.notMatch(all, /person-member|secret|203\.0\.113\.7/);
  t.match(await (await fetch(`${kept.privateUrl}/metrics`)).text(), /^gateway_activity_lost_total 0$/m);
  await get(kept.publicUrl, '/transcripts/support/1003', fields);
  t.equal(await kept.stop(), 0);
  const again = await startGateway({ config });
  t.teardown(() => again.stop());
  const before = (await search(again, '')).body['events'] as { readonly conversation: string }[];
  t.strictSame(
    before.map(({ conversation }) => conversation),
    ['1003', '1002', '1001'],
    'a restart finds all of them, the last one too',
  );

  const off = await startGateway({ config: sceneConfig(platform, { admin, activity: null }) });
  t.teardown(() => off.stop());
  t.match(await search(off, ''), { status: 404, body: { reason: 'not-found' } });

  const dir = mkdtempSync(join(tmpdir(), 'wire-test-'));
  t.teardown(() => rmSync(dir, { recursive: true }));
  writeFileSync(join(dir, 'activity.sqlite'), 'no database');
  const broken = await startGateway({ config: sceneConfig(platform, { admin, store: { file: dir } }) });
  await broken.line(({ msg }) => /^the activity record cannot be kept/.test(String(msg)));
  t.equal((await get(broken.publicUrl, '/transcripts/support/1001')).status, 302, 'it serves without');
  t.equal((await get(broken.publicUrl, '/transcripts/support/1001', member)).status, 200);
  t.match(await search(broken, ''), { status: 503, body: { reason: 'store-unavailable' } });
  let lost = '';
  for (let i = 0; i < 100 && !/^gateway_activity_lost_total 2$/m.test(lost); i += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    lost = await (await fetch(`${broken.privateUrl}/metrics`)).text();
  }
  t.match(lost, /^gateway_activity_lost_total 2$/m, 'and counts what it could not keep');
  t.equal(await broken.stop(), 0);
  t.equal(readFileSync(join(dir, 'activity.sqlite'), 'utf8'), 'no database', 'the file is left as it is');
});

const truncations: readonly (readonly [address: string, truncated: string])[] = [
  ['203.0.113.7', '203.0.113.0'],
  ['203.0.113.255', '203.0.113.0'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1::'],
  ['2001:DB8:001:2:3:4:5:6', '2001:db8:1::'],
  ['2a00::dead:beef', '2a00::'],
  ['2a00:0:0:1::1', '2a00::'],
  ['2a00:1::dead:beef', '2a00:1::'],
  ['2a00:0:5::1', '2a00:0:5::'],
  ['2a00:1:2:3::', '2a00:1:2::'],
  ['2a00:1:2::', '2a00:1:2::'],
  ['::1', '::'],
  ['::', '::'],
  ['::dead:beef:1:2:3:4:5', '0:dead:beef::'],
  ['64:ff9b::203.0.113.7', '64:ff9b::'],
  ['1:2:3:4:5:6:203.0.113.7', '1:2:3::'],
  ['fe80::1%eth0', 'fe80::'],
];

t.test('what the log leaves of a visitor', (t) => {
  const lineOf = (options: AccessLogOptions, address: string, contact = 'c-1') => {
    let line: Readonly<Record<string, unknown>> = {};
    const sink = { isLevelEnabled: () => true, debug: () => undefined };
    const write = createAccessLog({ ...sink, info: (fields) => (line = { ...fields }) }, options);
    const client = address.includes(':')
      ? ({ status: 'ipv6', address } as const)
      : ({ status: 'ipv4', address, value: 0 } as const);
    const known = { kind: 'known', via: 'bearer', issuer: 'staff', subject: 'ann', expiresAtMs: 0 } as const;
    const resource = { kind: 'transcript', bot: 'a', contact, conversations: [] } as const;
    const answer = {
      decision: { outcome: 'forward', reason: 'own-history' },
      resource: { ...resource, route: { path: '/', whitelist: true } },
      principal: { ...known, issuerBots: 'all' },
      client,
      ...({ mode: 'enforce', enforced: true, revision: 1, stale: false } as const),
    } as const;
    write({ answer, refusal: undefined, requestId: 'r', method: 'GET', durationMs: 1 });
    return line;
  };
  for (const [address, truncated] of truncations) {
    t.equal(lineOf({ clientIp: 'truncated', subject: 'full' }, address)['clientIp'], truncated, address);
    t.equal(lineOf({ clientIp: 'full', subject: 'full' }, address)['clientIp'], address);
  }
  const hashed = (key: string) =>
    lineOf({ clientIp: 'full', subject: 'hashed', hashKey: Buffer.from(key) }, '1.2.3.4', 'ann');
  const [one, other] = [hashed('one key'), hashed('another key')];
  t.match(one['subject'], /^[0-9a-f]{20}$/);
  t.equal(one['contact'], one['subject'], 'a contact’s id and a subject are told by the same key');
  t.not(one['subject'], other['subject'], 'another key, another hash');
  t.equal(hashed('one key')['subject'], one['subject'], 'one key, one hash');
  t.match(lineOf({ clientIp: 'full', subject: 'hashed' }, '1.2.3.4'), {
    subject: undefined,
    contact: undefined,
  });
  t.end();
});

t.test(
  'hashed subjects: a key that outlives the process, or the configured one, rotated by a reload',
  async (t) => {
    const gateway = await startGateway({ config: sceneConfig(platform, { log: { subject: 'hashed' } }) });
    t.teardown(() => gateway.stop());
    const token = await platform.token('member');
    const subjects = async (): Promise<readonly unknown[]> => {
      const before = gateway.logs.length;
      await get(gateway.publicUrl, '/transcripts/support/1001', `${page}\r\nAuthorization: Bearer ${token}`);
      await gateway.line((line) => line['msg'] === 'access' && gateway.logs.indexOf(line) >= before);
      return gateway.logs
        .slice(before)
        .flatMap((line) => (line['msg'] === 'access' ? [line['subject']] : []));
    };
    const [first] = await subjects();
    const key = readFileSync(`${gateway.dir}/data/log-hash-key`, 'utf8').trim();
    const expected = (by: string) =>
      createHmac('sha256', by).update('person-member').digest('hex').slice(0, 20);
    t.equal(first, expected(key), 'by the key in the store’s folder');
    t.match(statSync(`${gateway.dir}/data/log-hash-key`).mode & 0o777, 0o600);
    writeFileSync(`${gateway.dir}/key`, 'rotated-by-the-operator\n');
    const config = readFileSync(gateway.configFile, 'utf8');
    writeFileSync(
      gateway.configFile,
      config.replace('subject: hashed', `subject: hashed\n  hashKeyFile: ${gateway.dir}/key`),
    );
    gateway.signal('SIGHUP');
    await gateway.line((line) => line['msg'] === 'reloaded');
    t.strictSame(await subjects(), [expected('rotated-by-the-operator')]);
  },
);

t.test('a transcript that cannot be recorded is not shown, where the operator wants it so', async (t) => {
  const token = await platform.token('member');
  const asMember = `Host: chat.example\r\nConnection: close\r\nAuthorization: Bearer ${token}`;
  const refusing = await startGateway({ config: sceneConfig(platform, { log: { whenFull: 'refuse' } }) });
  const dropping = await startGateway({ config: sceneConfig(platform) });
  const shown = async (url: string) =>
    (await get(url, '/transcripts/support/1001', asMember)).headers['x-gateway-reason'];
  for (const gateway of [refusing, dropping]) {
    t.equal(await shown(gateway.publicUrl), undefined, 'shown');
    gateway.hold(true);
    // Long lines, of refused strangers: nobody reads them, and 16 MiB may wait.
    const target = `/transcripts/support/${'x'.repeat(16_000)}`;
    const { port } = new URL(gateway.publicUrl);
    const one = `GET ${target} HTTP/1.1\r\nHost: chat.example\r\n\r\n`;
    for (let i = 0; i < 55; i += 1)
      await sendRaw(Number(port), one.repeat(20), { idleMs: 2_000, until: enough });
    const reason = gateway === refusing ? 'log-unavailable' : undefined;
    t.equal(await shown(gateway.publicUrl), reason, 'nobody reads');
    if (gateway === refusing)
      t.equal((await get(gateway.publicUrl, '/')).status, 200, 'what is not guarded goes on');
    gateway.hold(false);
    for (let i = 0; i < 200 && (await shown(gateway.publicUrl)) !== undefined; i += 1)
      await new Promise((resolve) => setTimeout(resolve, 50));
    t.equal(await shown(gateway.publicUrl), undefined, 'read again');
    await gateway.stop();
  }
});

const enough = (text: string): boolean => text.split('HTTP/1.1 401').length > 20;

t.test('SIGTERM: not ready at once, what is in flight gets its time, exit 0', async (t) => {
  const gateway = await startGateway({
    config: sceneConfig(platform, { shutdown: { delayMs: 1500, drainMs: 5000 } }),
  });
  const slow = get(gateway.publicUrl, '/slow?ms=2500');
  await new Promise((resolve) => setTimeout(resolve, 300));
  const stopped = gateway.stop();
  await new Promise((resolve) => setTimeout(resolve, 300));
  t.equal((await fetch(`${gateway.privateUrl}/readyz`)).status, 503, 'not ready');
  for (const path of ['/', '/transcripts/support/1001']) {
    const { headers } = await get(gateway.publicUrl, path);
    t.equal(headers['connection'], 'close', `${path} is answered, and its connection is not kept`);
  }
  t.equal((await slow).body, 'slow\n', 'an answer under way ends as it should');
  t.equal(await stopped, 0);
});
