import { generateKeyPairSync } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { startMadeGateway } from '../../src/app/warm-up/gateway.ts';
import { warmUp } from '../../src/app/warm-up/index.ts';
import { startPlatform as startMadePlatform } from '../../src/app/warm-up/platform.ts';
import { createRequests } from '../../src/app/warm-up/requests.ts';
import { startVisitors } from '../../src/app/warm-up/visitors.ts';
import { configOf, listAddresses, until, visit } from '../faults/world.ts';
import { startChild } from '../support/child.ts';
import { runGateway, startGateway, writeConfig, type GatewayProcess } from '../support/gateway-process.ts';
import { startPlatform } from '../support/platform.ts';
import { startRedis } from '../support/redis.ts';
import { get } from './page-visit.ts';
import { sceneConfig } from './scene.ts';

const platform = await startPlatform();
t.teardown(() => platform.stop());
const root = fileURLToPath(new URL('../../', import.meta.url));

t.test('each made-up request goes the way that it was made for', async (t) => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const made = await startMadePlatform();
  const gateway = await startMadeGateway(
    made.port,
    publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  );
  const { visits, stop } = startVisitors(gateway.port, 4, createRequests(privateKey));
  t.ok(await until(() => visits.answered >= 64 || visits.wrong !== undefined, 60_000));
  stop();
  t.equal(visits.wrong, undefined, 'none was answered otherwise');
  await gateway.close();
  made.close();
});

t.test('too short for anything: no harm done', async (t) => {
  t.equal(await warmUp(1), 0);
});

const decisions = /^gateway_(decisions_total|(decision|upstream)_seconds_count|connections)[ {].*$/gm;

/** What a gateway has counted and written down of visitors. */
async function told(gateway: GatewayProcess) {
  const metrics = await (await fetch(`${gateway.privateUrl}/metrics`)).text();
  const lines = gateway.logs.filter(({ msg }) => msg === 'access' || msg === 'failed' || msg === 'ended');
  return { counted: metrics.match(decisions)?.filter((line) => !line.endsWith(' 0')), lines };
}

t.test('a gateway that has warmed up knows nothing of it', async (t) => {
  await platform.take();
  const gateway = await startGateway({
    config: sceneConfig(platform, { warmUpMs: 1_500, log: { level: 'debug' } }),
  });
  t.teardown(() => gateway.stop());
  t.same(await told(gateway), { counted: [], lines: [] });
  const asked = (await platform.take()).filter(({ target }) => target !== '/jwks.json');
  t.same(asked, [], 'and its platform was asked for nothing but its keys');
  t.match(await (await fetch(`${gateway.privateUrl}/readyz`)).json(), {
    status: 'ready',
    dependencies: [
      { name: 'policy' },
      { name: 'store' },
      { name: /staff/ },
      { detail: /no request has been sent/ },
    ],
  });
  t.notMatch(JSON.stringify(gateway.logs), /warm/, 'nor does its log say anything');
  const page = await get(gateway.publicUrl, '/transcripts/a/1');
  t.equal(page.status, 302, 'the list, the keys and the routes of the made-up one count for nobody');
  await until(async () => (await told(gateway)).lines.length === 1, 5_000);
  t.equal((await told(gateway)).lines.length, 1);
});

t.test('workers warm up, each for itself', async (t) => {
  const redis = await startRedis();
  const config = configOf(platform.url, {
    store: { redis: { url: redis.url } },
    workers: 2,
    warmUpMs: 1_000,
  });
  const gateway = await startGateway({ config });
  t.teardown(async () => {
    await gateway.stop();
    await redis.stop();
  });
  t.same((await told(gateway)).counted, []);
  t.notMatch(JSON.stringify(gateway.logs), /could not warm up/);
  await listAddresses(gateway);
  t.equal((await visit(gateway.publicUrl, 'listed')).status, 200);
});

t.test('a port that is taken is told of before, not after', async (t) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  for (const door of ['public', 'private']) {
    const run = runGateway({ config: sceneConfig(platform, { [door]: { port }, warmUpMs: 10_000 }) });
    t.equal(await run.exited, 1);
    t.match(JSON.stringify(run.logs), `could not start: ${door}.port ${String(port)} is taken (EADDRINUSE)`);
    const [read, last] = [run.logs.find(({ msg }) => msg === 'policy read'), run.logs.at(-1)];
    const tookMs = Date.parse(String(last?.['time'])) - Date.parse(String(read?.['time']));
    t.ok(tookMs < 9_000, 'before it warms up');
  }
  server.close();
});

t.test('SIGTERM while it warms up ends it at once, with 0', async (t) => {
  const run = runGateway({ config: sceneConfig(platform, { warmUpMs: 10_000 }) });
  await run.line(({ msg }) => msg === 'policy read');
  const since = performance.now();
  t.equal(await run.end('SIGTERM'), 0);
  t.ok(performance.now() - since < 8_000, 'at once');
  t.match(JSON.stringify(run.logs), /"closed"/);
  t.notMatch(JSON.stringify(run.logs), /"ready"/);
});

t.test('what cannot warm up says so in one line, and is ready all the same', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'warm-up-test-'));
  for (const name of ['dist', 'config', 'package.json'])
    cpSync(join(root, name), join(dir, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
  rmSync(join(dir, 'dist/app/warm-up/world.js'));
  const { file, dir: data } = writeConfig(sceneConfig(platform, { warmUpMs: 10_000 }));
  const child = startChild([join(dir, 'dist/main.js'), '--config', file], process.env);
  t.teardown(async () => {
    await child.end('SIGTERM');
    for (const each of [dir, data]) rmSync(each, { recursive: true, force: true });
  });
  const ready = await child.line(({ msg }) => msg === 'ready');
  const said = child.logs.filter(({ msg }) => String(msg).startsWith('could not warm up'));
  t.equal(said.length, 1);
  t.equal(said[0]?.['level'], 40);
  t.equal((await get(String(ready['publicUrl']), '/')).status, 200);
});
