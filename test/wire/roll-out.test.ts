import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { startGateway } from '../support/gateway-process.ts';
import { startPlatform } from '../support/platform.ts';
import { ask } from '../support/raw.ts';
import { sceneConfig } from './scene.ts';
import { get } from './page-visit.ts';

const platform = await startPlatform();
t.teardown(() => platform.stop());

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
