import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import '../support/uncounted.ts';
import { createFileStore } from '../../src/policy-store/file/file-store.ts';
import { startGateway, type GatewayProcess } from '../support/gateway-process.ts';
import { startPlatform } from '../support/platform.ts';
import { sendRaw } from '../support/raw.ts';
import { startReceiver, webhookSecret, type Told } from '../support/receiver.ts';
import { draft, memoryLog, range } from '../policy-store/drafts.ts';
import { get, page } from './page-visit.ts';
import { sceneConfig } from './scene.ts';

const platform = await startPlatform();
t.teardown(() => platform.stop());
const member = `${page}\r\nAuthorization: Bearer ${await platform.token('member')}`;
const transcript = '/transcripts/support/1001';

interface Watched {
  readonly gateway: GatewayProcess;
  /** What the receiver was told of a kind, once it was. */
  told(kind: string): Promise<Told>;
  readonly all: readonly Told[];
}

async function watched(t: Test, more: object): Promise<Watched> {
  const receiver = await startReceiver();
  const alerts = { webhooks: [{ name: 'operations', url: receiver.url, secret: webhookSecret }] };
  const gateway = await startGateway({ config: sceneConfig(platform, { alerts, ...more }) });
  t.teardown(() => (receiver.stop(), gateway.stop()));
  return {
    gateway,
    all: receiver.told,
    async told(kind) {
      for (let ms = 0; ms < 20_000; ms += 20) {
        const found = receiver.told.find(({ type }) => type === kind);
        if (found !== undefined) return found;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error(`nobody was told of ${kind}`);
    },
  };
}

const dayMs = 86_400_000;

/** A store that was changed so many days ago, by the only clock that it has. */
async function storeOf(t: Test, changes: readonly (readonly [scope: `bot:${string}`, daysAgo: number])[]) {
  const dir = t.testdir();
  const store = await createFileStore({ dir, log: memoryLog(), now: Date.now });
  for (const [scope, daysAgo] of changes) {
    const at = new Date(Date.now() - daysAgo * dayMs).toISOString();
    const settings = { before: { enabled: false }, after: { enabled: false, mode: 'report' as const } };
    await store.change(draft(scope, 0, { at, settings }));
  }
  await store.close();
  return { store: { file: dir } };
}

t.test('mode report that was on for days, of each scope that has it', async (t) => {
  const more = await storeOf(t, [
    ['bot:long', 9],
    ['bot:short', 6],
  ]);
  const { gateway, told, all } = await watched(t, more);
  t.match(await told('mode.report_for_days'), { signed: true, data: { scope: 'bot:long', days: 9 } });
  const line = await gateway.line(({ msg }) => msg === 'alert');
  t.match(line, { level: 40, kind: 'mode.report_for_days', summary: /9 days, by bot:long/ });
  t.equal(all.length, 1, 'not of the one that is younger than reportModeDays');
});

t.test('a gateway that is alone knows the newest alerts after it was killed', async (t) => {
  const more = await storeOf(t, [['bot:long', 8]]);
  const { gateway, told } = await watched(t, more);
  await told('mode.report_for_days');
  const headers = { authorization: `Bearer ${await platform.token('super-admin')}` };
  const listed = async ({ privateUrl }: GatewayProcess): Promise<unknown> =>
    (await fetch(`${privateUrl}/_gateway/api/v1/alerts`, { headers })).json();
  const before = await listed(gateway);
  await gateway.kill();
  const next = await watched(t, { ...more, alerts: null });
  t.match(before, { alerts: [{ kind: 'mode.report_for_days', of: { scope: 'bot:long' } }] });
  t.match(await listed(next.gateway), { configured: false, alerts: (before as { alerts: [] }).alerts });
});

t.test('where addresses are recorded as networks, the networks are named', async (t) => {
  const dir = t.testdir();
  const store = await createFileStore({ dir, log: memoryLog(), now: Date.now });
  const settings = { before: { enabled: false }, after: { enabled: true } };
  await store.change(draft('platform', 0, { settings, added: [range(1, 0xcb007100, 0xcb0071ff)] }));
  await store.close();
  const [admin, log, network] = [{ token: 'emergency-token-1' }, { clientIp: 'truncated' }, '203.0.113.0/24'];
  const { gateway, told } = await watched(t, { store: { file: dir }, admin, log });
  await get(gateway.publicUrl, transcript, `${page}\r\nX-Forwarded-For: 203.0.113.7`);
  const data = { network, address: undefined, summary: /from 203\.0\.113\.0\/24\.$/ };
  t.match(await told('range.first_use'), { data });
  const headers = { authorization: 'Bearer emergency-token-1', 'x-forwarded-for': '203.0.113.7' };
  await fetch(`${gateway.privateUrl}/_gateway/api/v1/alerts`, { headers });
  t.match(await told('admin.static_token'), { data });
});

/** A gateway whose record is no database: a disk that was damaged. */
function damagedRecord(t: Test): object {
  const dir = t.testdir();
  mkdirSync(join(dir, 'data'));
  writeFileSync(join(dir, 'data', 'activity.sqlite'), 'not a database'.repeat(1_000));
  return { store: { file: join(dir, 'data') } };
}

t.test('decisions that are lost, while the platform goes on', async (t) => {
  const { gateway, told } = await watched(t, damagedRecord(t));
  t.match(await get(gateway.publicUrl, transcript, member), { status: 200 });
  t.match(await told('activity.lost'), { signed: true, data: { lost: 1, summary: /lost 1 decision since/ } });
  t.match(await get(gateway.publicUrl, transcript, member), { status: 200 });
});

t.test('transcripts that are refused since they cannot be recorded', async (t) => {
  const { gateway, told } = await watched(t, { ...damagedRecord(t), log: { whenFull: 'refuse' } });
  // Not one is shown, from the moment that the gateway says it is ready.
  const answer = await get(gateway.publicUrl, transcript, member);
  t.match(answer, { status: 503, headers: { 'x-gateway-reason': 'log-unavailable' } });
  t.match(await told('log.unavailable'), { signed: true, data: { summary: /refused/ } });
});

t.test('transcripts that are refused since nobody reads the log', async (t) => {
  const { gateway, told, all } = await watched(t, { log: { whenFull: 'refuse' } });
  t.match(await get(gateway.publicUrl, transcript, member), { status: 200 });
  gateway.hold(true);
  const one = `GET /transcripts/support/${'x'.repeat(16_000)} HTTP/1.1\r\nHost: chat.example\r\n\r\n`;
  const port = Number(new URL(gateway.publicUrl).port);
  for (let i = 0; i < 55; i += 1) await sendRaw(port, one.repeat(20), { idleMs: 2_000, until: answered });
  t.match(await get(gateway.publicUrl, transcript, member), { status: 503 });
  t.match(await told('log.unavailable'), { signed: true });
  gateway.hold(false);
  t.equal(all.length, 1, 'once, however many are refused');
});

const answered = (text: string): boolean => text.split('HTTP/1.1 401').length > 20;
