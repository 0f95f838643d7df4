import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { parse, stringify } from 'yaml';
import { gzipSync } from 'node:zlib';
import '../support/uncounted.ts';
import { startGateway, type GatewayProcess } from '../support/gateway-process.ts';

const phrase = 'the parcel is behind the red door';
const adminToken = 'an-admin-token-of-the-test';

/** A platform that shows its transcript on more URLs than anybody has named. */
const platform = createServer((request, response) => {
  const { url = '' } = request;
  const body = JSON.stringify({ text: url.includes('/print/') ? `<p>${phrase}</p>` : 'nothing' });
  if (url.startsWith('/gone')) return void response.writeHead(404).end();
  if (!url.startsWith('/zip')) return void response.end(body);
  response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(body));
});
await once(platform.listen(0, '127.0.0.1'), 'listening');
t.teardown(() => (platform.closeAllConnections(), platform.close()));

const configFor = (more: object) => ({
  upstream: { url: `http://127.0.0.1:${String((platform.address() as AddressInfo).port)}` },
  routes: [
    { path: '/print/:conversationId', bot: 'support' },
    { path: '/public', open: true },
  ],
  trustedProxies: { cidrs: [] },
  admin: { token: adminToken },
  ...more,
});

const get = (gateway: GatewayProcess, target: string) => fetch(`${gateway.publicUrl}${target}`);

interface Row {
  readonly method: string;
  readonly shape: string;
  readonly count: number;
  readonly open: boolean;
  readonly canary?: string;
}

async function listOf(gateway: GatewayProcess) {
  const answer = await fetch(`${gateway.privateUrl}/_gateway/api/v1/unguarded`, {
    headers: { authorization: `Bearer ${adminToken}` },
  });
  return (await answer.json()) as { shapes: Row[]; canaries: Row[]; left: number };
}

t.test('a canary in what no route guards is an alarm, or is refused; a reload takes them', async (t) => {
  const canaries = [
    { name: 'print', phrase },
    { name: 'strict', phrase: 'no such words anywhere', action: 'refuse' },
  ];
  const gateway = await startGateway({ config: configFor({ canaries }) });
  t.teardown(() => gateway.stop());
  t.equal((await get(gateway, '/print/17')).status, 403, 'guarded');
  for (const target of ['/eng/print/17', '/zip/print/17?key=secret', '/public/print/17']) {
    const answer = await get(gateway, target);
    t.equal(answer.status, 200, target);
    t.match(await answer.text(), phrase, 'it passes');
  }
  await get(gateway, '/eng/other/17');
  const line = await gateway.line((one) => one['msg'] === 'canary' && one['shape'] === '/zip/print/:id?key');
  t.match(line, { level: 40, canary: 'print', action: 'alarm', method: 'GET' });
  const { canaries: found, shapes } = await listOf(gateway);
  t.same(
    found.map(({ canary, shape, open, count }) => [canary, shape, open, count]),
    [
      ['print', '/eng/print/:id', false, 1],
      ['print', '/zip/print/:id?key', false, 1],
      ['print', '/public/print/:id', true, 1],
    ],
  );
  t.same(shapes, [], 'nothing is listed while everything is enforced');
  const metrics = await (await fetch(`${gateway.privateUrl}/metrics`)).text();
  t.match(metrics, /gateway_canaries_found_total\{canary="print",action="alarm"\} 3/);
  const before = parse(readFileSync(gateway.configFile, 'utf8')) as object;
  const refusing = [{ name: 'print', phraseFile: join(gateway.dir, 'phrase'), action: 'refuse' }];
  writeFileSync(join(gateway.dir, 'phrase'), `${phrase}\n`);
  writeFileSync(gateway.configFile, stringify({ ...before, canaries: refusing, listUnguarded: 'always' }));
  gateway.signal('SIGHUP');
  await gateway.line((one) => one['msg'] === 'reloaded');
  for (const target of ['/eng/print/17', '/zip/print/17']) {
    const answer = await get(gateway, target);
    t.equal(answer.status, 403);
    t.equal(answer.headers.get('x-gateway-reason'), 'canary-found');
    t.notMatch(await answer.text(), 'parcel');
  }
  t.equal((await get(gateway, '/eng/other/17')).status, 200);
  t.ok(
    (await listOf(gateway)).shapes.some(({ shape }) => shape === '/eng/other/:id'),
    'listUnguarded',
  );
  t.notMatch(gateway.text(), 'parcel', 'the phrase is in no line of the log');
});

t.test('report mode lists what nobody named', async (t) => {
  const report = { policy: { defaults: { mode: 'report' } } };
  const gateway = await startGateway({ config: configFor(report) });
  t.teardown(() => gateway.stop());
  for (const target of ['/print/17', '/eng/print/17', '/eng/print/18?key=very-secret', '/eng/print/19?key=x'])
    await get(gateway, target);
  for (const target of ['/public/a', '/gone/1', '/app.js?v=2', '/logo.png']) await get(gateway, target);
  await fetch(`${gateway.publicUrl}/api/messages`, { method: 'POST', body: 'id=17' });
  const { shapes, left } = await listOf(gateway);
  t.same(
    new Set(shapes.map(({ method, shape, count, open }) => `${method} ${shape} ${count} ${String(open)}`)),
    new Set([
      'GET /eng/print/:id?key 2 false',
      'GET /eng/print/:id 1 false',
      'GET /public/a 1 true',
      'POST /api/messages 1 false',
    ]),
    'what is guarded, not there, or shows no words is not',
  );
  t.equal(left, 0);
  t.notMatch(JSON.stringify(shapes), 'secret');
});
