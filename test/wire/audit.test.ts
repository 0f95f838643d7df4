import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import Database from 'libsql';
import { lineOf } from '../../src/policy-store/file/lines.ts';
import { runGateway, startGateway, type GatewayProcess } from '../support/gateway-process.ts';
import { startPlatform } from '../support/platform.ts';
import { startRedis } from '../support/redis.ts';
import { get, page } from './page-visit.ts';
import { sceneConfig } from './scene.ts';

const platform = await startPlatform();
t.teardown(() => platform.stop());
const admin = { token: 'first-token-'.repeat(4) };
const headers = { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json' };

const change = (gateway: GatewayProcess, scope: string) =>
  fetch(`${gateway.privateUrl}/_gateway/api/v1/whitelists/${scope}`, {
    ...{ method: 'PATCH', headers, body: '{"enabled":true}' },
  });

async function visits(gateway: GatewayProcess, from: number, count: number): Promise<void> {
  for (let at = from; at < from + count; at++)
    await get(gateway.publicUrl, `/transcripts/support/${String(at)}`, page);
}

/** `audit verify` as operators run it. */
async function verify(gateway: GatewayProcess, ...more: readonly string[]) {
  const run = runGateway({
    args: ['audit', 'verify', '--json', '--url', gateway.privateUrl, ...more],
    env: { TGW_ADMIN_TOKEN: admin.token },
  });
  const code = await run.exited;
  const text = run.text();
  rmSync(run.dir, { recursive: true });
  return { code, found: JSON.parse(text.slice(text.indexOf('{'))) as Findings };
}
interface Findings {
  readonly whole: boolean;
  readonly changes: object;
  readonly gateways: readonly { readonly events: number; readonly broken?: object }[];
  readonly digests: { readonly good: number; readonly bad: number; readonly unknownKey: number };
}

t.test('what somebody does to the folder of the store is found', async (t) => {
  const folder = t.testdir({ data: {} });
  const dir = join(folder, 'data');
  const config = sceneConfig(platform, { admin, store: { file: dir } });
  const first = await startGateway({ config });
  await change(first, 'platform');
  await change(first, 'bot%3Asales');
  await visits(first, 1001, 20);
  t.equal(await first.stop(), 0);
  const log = join(folder, 'gateway.log');
  writeFileSync(log, first.logs.map((line) => JSON.stringify(line)).join('\n'));
  const kept = join(folder, 'kept');
  cpSync(dir, kept, { recursive: true });

  const after = async (tamper: () => void, ...more: readonly string[]) => {
    rmSync(dir, { recursive: true });
    cpSync(kept, dir, { recursive: true });
    tamper();
    const gateway = await startGateway({ config });
    const result = await verify(gateway, ...more);
    await gateway.kill();
    return result;
  };
  const { code, found } = await after(() => undefined, '--log', log);
  t.equal(code, 0);
  t.match(found, {
    whole: true,
    changes: { changes: 2, unlinked: 0 },
    digests: { good: 1, bad: 0, unknownKey: 0 },
  });
  t.ok(found.gateways.some(({ events }) => events === 20));

  const sql = (statement: string): void => {
    const database = new Database(join(dir, 'activity.sqlite'));
    database.exec(statement);
    database.close();
  };
  const edited = await after(() => {
    sql(`update batches set lines = replace(lines, '"1013"', '"1012"')`);
    const path = join(dir, 'policy.log');
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    const body = (lines[2] ?? '').slice(9).replace(/"by":"[^"]*"/, '"by":"somebody"');
    lines[2] = lineOf(JSON.parse(body)).trimEnd();
    writeFileSync(path, `${lines.join('\n')}\n`);
  });
  t.equal(edited.code, 1);
  t.match(edited.found.changes, { broken: { revision: 2, why: 'changed' } });
  t.match(
    edited.found.gateways.find(({ broken }) => broken),
    { broken: { event: 13, why: 'changed' } },
  );
  const untold = await after(() => sql("delete from marks where kind = 'digest'"));
  t.match(
    untold.found.gateways.find(({ broken }) => broken),
    { broken: { why: 'missing' } },
    'a digest that is not told any more',
  );

  const wipe = () => {
    for (const name of readdirSync(dir)) if (name.startsWith('activity')) rmSync(join(dir, name));
  };
  const gone = await after(wipe, '--log', log);
  t.equal(gone.code, 1, 'a record that begins anew does not agree with a log that is kept elsewhere');
  t.match(
    gone.found.gateways.find(({ broken }) => broken),
    { broken: { event: 1, why: 'missing' } },
  );
  const keyless = await after(() => rmSync(join(dir, 'audit-keys.json')), '--log', log);
  t.match(keyless.found.digests, { good: 0, unknownKey: 1 });
});

t.test('on Redis any gateway answers, and verifies, for all', async (t) => {
  const redis = await startRedis();
  t.teardown(() => redis.stop());
  const config = sceneConfig(platform, { admin, store: { redis: { url: redis.url } } });
  const [one, two] = await Promise.all([startGateway({ config }), startGateway({ config })]);
  t.teardown(() => Promise.all([one.stop(), two.stop()]));
  await change(one, 'platform');
  await visits(one, 1, 3);
  await visits(two, 4, 3);
  for (const gateway of [one, two]) await allThere(t, gateway, 6);
  const key = '{gateway}:activity';
  t.match(await verify(two), { code: 0, found: { whole: true, changes: { changes: 1 } } });
  // The last that holds events: what only says who read the record is a link of its own.
  const entries = await redis.client.xrange(key, '-', '+');
  const last = entries.findLast(([, fields]) => Number(fields[fields.indexOf('events') + 1]) > 0);
  await redis.client.xdel(key, last?.[0] ?? '');
  const { code, found } = await verify(one);
  t.equal(code, 1);
  t.match(
    found.gateways.find(({ broken }) => broken),
    { broken: { why: 'missing' } },
  );
});

async function allThere(t: Test, gateway: GatewayProcess, count: number): Promise<void> {
  const end = Date.now() + 20_000;
  let there = 0;
  while (there < count && Date.now() < end) {
    const response = await fetch(`${gateway.privateUrl}/_gateway/api/v1/activity`, { headers });
    there = ((await response.json()) as { events: readonly object[] }).events.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  t.equal(there, count);
}
