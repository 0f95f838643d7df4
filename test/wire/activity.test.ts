import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { startGateway, type GatewayProcess } from '../support/gateway-process.ts';
import { startPlatform } from '../support/platform.ts';
import { sceneConfig } from './scene.ts';
import { get, page } from './page-visit.ts';

const platform = await startPlatform();
t.teardown(() => platform.stop());

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
  // The member's visit came last.
  let all = '';
  for (let i = 0; i < 100 && !all.includes('"1002"'); i += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    all = JSON.stringify((await search(kept, '')).body);
  }
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
