// 10,000 bots with 1,000,000 ranges in Redis: start, memory, one change, an import, stalls of the event loop.
//
//   npm run build && node test/bench/scale.mjs [bots] [ranges a bot] [ranges of the import]
//
// Prints one JSON object. Gateways are processes of their own; what they do is the policy's part of one.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { findTool } from '../../scripts/tools.mjs';
import { rangeText } from '../../dist/policy-store/redis/stored-range.js';
import { AT, rangeOf, round } from './scale-gateway.mjs';

function gateway() {
  const child = fork(new URL('scale-gateway.mjs', import.meta.url), { execArgv: ['--expose-gc'] });
  return async (command, options = {}) => {
    child.send({ command, ...options });
    const [answer] = await once(child, 'message');
    if (answer.error) throw new Error(answer.error);
    return answer;
  };
}

async function startServer() {
  const { path, missing } = findTool('redis-server');
  if (path === undefined) throw new Error(missing);
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  const dir = mkdtempSync(join(tmpdir(), 'scale-'));
  const server = spawn(path, ['--port', port, '--bind', '127.0.0.1', '--save', '', '--dir', dir], {
    stdio: 'ignore',
  });
  const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 50 });
  client.on('error', () => {});
  await client.ping();
  const stop = async () => {
    client.disconnect();
    server.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  };
  return { url: `redis://127.0.0.1:${port}`, client, stop };
}

/** Writes the records as the gateways would have, without taking a million changes for it. */
async function seed(client, bots, each) {
  const space = Math.floor(2 ** 32 / each);
  for (let bot = 0; bot < bots; bot += 1) {
    const fields = Array.from({ length: each }, (_, n) => rangeOf(bot, n, space)).flatMap((r) => [
      r.id,
      rangeText(r),
    ]);
    const writes = [client.hset(`{gateway}:scope:bot:b${bot}`, ...fields)];
    writes.push(client.hset('{gateway}:scopes', `bot:b${bot}`, `${bot + 1} ${each} {"enabled":true}`));
    if (bot % 50 === 0) await Promise.all(writes);
  }
  const id = '00000000000000aa';
  const change = JSON.stringify({
    scope: `bot:b${bots - 1}`,
    at: AT,
    by: 'seed',
    removedCount: 0,
    addedCount: each,
  });
  await client.xadd(
    '{gateway}:changes',
    `${bots}-0`,
    'id',
    id,
    'prev',
    '',
    'origin',
    'seed',
    'change',
    change,
  );
  await client.hset('{gateway}:head', 'revision', bots, 'id', id);
  return Number(/used_memory:(\d+)/.exec(await client.info('memory'))[1]) / 2 ** 20;
}

async function main() {
  const [bots = 10_000, each = 100, imported = 100_000] = process.argv.slice(2).map(Number);
  if (bots * each < 20_000) throw new Error('below 20,000 ranges there is no pack to start from');
  const server = await startServer();
  const figures = { node: process.version, bots, ranges: bots * each };
  figures.redisMiB = round(await seed(server.client, bots, each));
  const first = gateway();
  figures.startFromRecords = await first('start', { url: server.url });
  while ((await server.client.hget('{gateway}:pack', 'revision')) === null) await sleep(200);
  figures.packMiB = round((await server.client.hget('{gateway}:pack', 'bytes')) / 2 ** 20);
  const second = gateway();
  figures.startFromPack = await second('start', { url: server.url });
  figures.change = await first('change', { times: 200 });
  await second('watch');
  figures.import = { ranges: imported, ...(await first('import', { count: imported })) };
  figures.import.otherGateway = await second('watched');
  await first('end');
  await second('end');
  await server.stop();
  console.log(JSON.stringify(figures, undefined, 2));
}

await main();
