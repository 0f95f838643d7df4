import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import t from 'tap';
import { runGateway, startGateway } from '../support/gateway-process.ts';
import { startPlatform } from '../support/platform.ts';
import { sceneConfig } from './scene.ts';
import { get } from './page-visit.ts';

const platform = await startPlatform();
t.teardown(() => platform.stop());

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
