import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse, stringify } from 'yaml';
import type { SchemaNode } from '../../src/config/schema/kinds.ts';
import { schemaRoot } from '../../src/config/schema/schema.ts';
import { startGateway } from '../support/gateway-process.ts';
import { header, startPlatform } from '../support/platform.ts';
import { ask } from '../support/raw.ts';
import { sceneConfig } from './scene.ts';
import { get } from './page-visit.ts';

const platform = await startPlatform();
t.teardown(() => platform.stop());

/** The keys that a reload takes, each with what it is changed to. */
const reloaded = {
  public: { url: 'https://new.example', corsOrigins: ['https://app.example'] },
  routes: [
    { path: '/feedback', bot: 'sales' },
    { path: '/open', open: true },
    { path: '/watched/:botId' },
    { path: '/chats/:conversationId', lookup: 'chats' },
  ],
  lookups: { chats: { file: 'chats.json', bot: 'bot' } },
  platform: { name: 'mibew', bot: 'packed' },
  frontController: 'main.cfm',
  canaries: [{ name: 'print', phrase: 'words of a made-up conversation' }],
  listUnguarded: 'always',
  alerts: { webhooks: [] },
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
  writeFileSync(join(gateway.dir, 'chats.json'), '{"c1":{"bot":"found"}}');
  const { platform: pack, ...first } = reloaded;
  const told = await change({
    ...first,
    lookups: { chats: { ...reloaded.lookups.chats, file: join(gateway.dir, 'chats.json') } },
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
  await gateway.line(({ msg, kind }) => msg === 'alert' && kind === 'admin.static_token');
  t.match(await explain(next, '/watched/Support'), /bot support/, 'botIdCase');
  t.match(await explain(next, '/?x=main.cfm/feedback'), /bot sales/, 'frontController');
  t.match(await explain(next, '/chats/c1'), /chats: the conversation is of bot found/, 'lookups');
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
  await change({ platform: pack, admin: reloaded.admin });
  t.match(await explain(next, '/operator/history'), /bot packed/, 'platform');
  await change({});
  t.equal(await status('/transcripts/a/1'), 401, 'and back');
});
