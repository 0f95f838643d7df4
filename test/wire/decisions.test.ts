import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { header, type Received } from '../support/platform.ts';
import type { RawResponse } from '../support/raw.ts';
import { startRedis } from '../support/redis.ts';
import type { Case, UpstreamGot } from './case.ts';
import * as granted from './cases-granted.ts';
import * as refused from './cases-refused.ts';
import { startScene, type Scene } from './scene.ts';

// The same table on both stores, side by side; Redis is killed on the way, is away for a third of it, and comes back.
const redis = await startRedis({ config: 'appendonly yes\nappendfsync always' });
const [onFile, onRedis] = await Promise.all([
  startScene(),
  startScene((prefix) => ({ store: { redis: { url: redis.url, prefix } } })),
]);
const scenes: readonly (readonly [store: string, scene: Scene])[] = [
  ['file', onFile],
  ['redis', onRedis],
];
t.teardown(async () => {
  await Promise.all(scenes.map(([, scene]) => scene.stop()));
  await redis.stop();
});

function checkField(t: Test, name: string, value: string | undefined, wanted: string | RegExp | null): void {
  if (wanted instanceof RegExp) t.match(value ?? '', wanted, name);
  else t.equal(value ?? null, wanted, name);
}

function checkAnswer(t: Test, one: Case, response: RawResponse): void {
  t.equal(response.status, one.status, 'status');
  t.equal(response.headers['x-gateway-reason'], one.reason, 'reason');
  for (const [name, wanted] of Object.entries(one.answer ?? {}))
    checkField(t, name, response.headers[name], wanted);
  if (one.shows !== undefined) t.match(response.body, one.shows, 'body');
}

function checkGot(t: Test, one: Case, got: UpstreamGot, received: readonly Received[]): void {
  t.equal(received.length, 1, 'one request reached the upstream');
  const [request] = received;
  if (request === undefined) return;
  t.equal(request.target, one.target, 'the target, byte for byte');
  t.equal(request.method, got.method ?? one.method ?? 'GET', 'method');
  t.equal(header(request, 'X-Gateway-Decision'), got.decision, 'decision');
  for (const [name, value] of [
    ['Enforced', got.enforced],
    ['Subject', got.subject],
    ['Bot', got.bot],
  ] as const)
    if (value !== undefined) t.equal(header(request, `X-Gateway-${name}`), value, name);
  for (const [name, wanted] of Object.entries(got.headers ?? {}))
    checkField(t, name, header(request, name), wanted);
  if (got.bodyBytes !== undefined) t.equal(request.body.bytes, got.bodyBytes, 'body');
  t.ok(header(request, 'X-Request-Id'), 'a request id');
  t.equal(request.upgrade, one.upgrade === true, 'upgrade');
}

function checkSeen(t: Test, one: Case, { response, received }: Seen): void {
  checkAnswer(t, one, response);
  if (one.got === undefined)
    t.same(
      received.map(({ target }) => target),
      [],
      'nothing reached the upstream',
    );
  else checkGot(t, one, one.got, received);
}

interface Seen {
  readonly response: RawResponse;
  readonly received: readonly Received[];
}

async function exchange({ platform, send }: Scene, one: Case): Promise<Seen> {
  await platform.take();
  return { response: await send(one), received: await platform.take() };
}

const tables = { ...granted, ...refused };
const all = Object.values(tables).flat();

const redisTurns: Readonly<Record<number, (t: Test) => Promise<void>>> = {
  [Math.floor(all.length / 3)]: async (t) => {
    await redis.kill();
    const refusal = await until(async () => (await onRedis.manage('GET', 'platform')).status === 503);
    t.ok(refusal, 'Redis is gone, and admins are told so');
  },
  [Math.floor((2 * all.length) / 3)]: async (t) => {
    const { revision } = (await (await onFile.manage('GET', 'platform')).json()) as { revision: number };
    await redis.start();
    const read = async () => (await onRedis.manage('GET', 'platform')).json() as Promise<object>;
    await until(async () => (await onRedis.manage('GET', 'platform')).status === 200);
    t.match(await read(), { revision, enabled: true }, 'it comes back with what it had, and no more');
    const change = await onRedis.manage('PATCH', 'bot%3Aafterwards', { enabled: true });
    t.match(await change.json(), { revision: revision + 1, live: { replicas: 1, of: 1 } }, 'takes changes');
  },
};

async function until(holds: () => Promise<boolean>): Promise<boolean> {
  for (const end = Date.now() + 20_000; Date.now() < end; await sleep(50)) if (await holds()) return true;
  return false;
}

let turn = 0;
for (const [table, cases] of Object.entries(tables)) {
  t.test(table, async (t) => {
    for (const one of cases) {
      await redisTurns[turn]?.(t);
      turn += 1;
      const seen = await Promise.all(scenes.map(([, scene]) => exchange(scene, one)));
      for (const [i, [store]] of scenes.entries()) {
        const found = seen[i];
        await t.test(`${one.name}, on ${store}`, (t) => {
          if (found !== undefined) checkSeen(t, one, found);
          t.end();
        });
      }
    }
  });
}

t.test('the table is as long as it should be', (t) => {
  t.ok(all.length >= 100);
  t.end();
});

t.test('a bot that exists and one that does not are refused byte for byte alike', async (t) => {
  const ask = (target: string) =>
    onRedis.send({ name: '', target, cookie: 'outsider', sender: 'page', status: 403 });
  // Each page holds its own id, whole and as it is read out, and the visitor's own way back.
  const plain = async (target: string): Promise<string> => {
    const { rawHeaders, body, headers } = await ask(target);
    const id = headers['x-request-id'] ?? '';
    return [id, id.slice(0, 8), id.slice(0, 4), id.slice(4, 8), encodeURIComponent(target)].reduce(
      (text, own) => text.replaceAll(own, 'OWN'),
      JSON.stringify([rawHeaders, body]).replaceAll(headers['date'] ?? '', ''),
    );
  };
  t.equal(await plain('/transcripts/sales/2001'), await plain('/transcripts/never/2001'));
});

t.test('a fourth prompt for one target within a minute says so', async (t) => {
  const one: Case = {
    name: '',
    target: '/transcripts/support/loop',
    sender: 'page',
    cookie: 'expired',
    status: 302,
  };
  const answers = [];
  for (let i = 0; i < 5; i += 1) answers.push(await onRedis.send(one));
  t.same(
    answers.map(({ status }) => status),
    [302, 302, 302, 403, 403],
  );
  t.equal(answers.at(-1)?.headers['x-gateway-reason'], 'login-loop');
  const other = await onRedis.send({ ...one, headers: ['User-Agent', 'another visitor'] });
  t.equal(other.status, 302, 'another visitor behind that address is asked as usual');
});

t.test('the access log has a line for each guarded request, and never a secret', async (t) => {
  const { usual } = onRedis.gateways;
  await onRedis.send({
    name: '',
    target: '/transcripts/sales/2001?token=geheim',
    cookie: 'member',
    status: 403,
  });
  const line = await usual.line(
    (line) => line['msg'] === 'access' && line['bot'] === 'sales' && line['subject'] === 'person-member',
  );
  t.match(line, {
    outcome: 'deny',
    reason: 'no-access',
    enforced: true,
    mode: 'enforce',
    route: '/transcripts/:botId/:conversationId',
    conversation: '2001',
    method: 'GET',
    clientIp: '192.0.2.200',
    clientIpStatus: 'ipv4',
    issuer: 'staff',
    scope: 'bot:sales',
  });
  const all = usual.logs.map((line) => JSON.stringify(line)).join('\n');
  t.notMatch(all, /geheim|eyJ|TRANSCRIPT-OF/);
});
