// Idle kept connections and tunnels at one gateway: memory of each, and how long a change of the policy over all of
// them keeps the event loop.
//
//   npm run build && npm run bench:connections -- [idle] [tunnels]
//
// Prints one JSON object. All of it is on the loopback; three processes share the work, and none may open more files
// than `ulimit -n` says: what is asked for is cut down to that.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as configuration from './configurations.mjs';
import { dotted, makeMaterial } from './material.mjs';

const here = new URL('./', import.meta.url).pathname;
const adminToken = 'bench-token-that-only-this-run-knows';
/** Files that a gateway has open beside its connections. */
const otherFiles = 100;
/** So many are opened at one time. */
const atOnce = 200;

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  return port;
}

async function listens(port) {
  for (let tries = 0; tries < 400; tries += 1) {
    const socket = connect(port, '127.0.0.1');
    const [answer] = await Promise.race([once(socket, 'connect').then(() => [true]), once(socket, 'error')]);
    socket.destroy();
    if (answer === true) return;
    await sleep(50);
  }
  throw new Error(`nothing listens on ${port}`);
}

async function startPlatform() {
  const port = await freePort();
  const env = { ...process.env, PORT: String(port) };
  const child = spawn(process.execPath, [join(here, 'services/sink.mjs')], { env, stdio: 'ignore' });
  await listens(port);
  return { port, stop: () => child.kill('SIGKILL') };
}

async function startGateway(material, platformPort) {
  const [port, privatePort] = [await freePort(), await freePort()];
  const { folder, publicKeyFile } = material;
  mkdirSync(join(folder, 'gateway'));
  writeFileSync(join(folder, 'admin-token'), adminToken);
  const more = {
    limits: { idleTimeoutMs: 3_600_000 },
    upstream: { url: `http://127.0.0.1:${platformPort}`, streamsPerAddress: 0 },
  };
  const text = configuration.gateway(folder, port, privatePort, platformPort, publicKeyFile, more);
  writeFileSync(join(folder, 'gateway.yaml'), text);
  const flags = [
    '--expose-gc',
    '--import',
    join(here, 'services/inside.mjs'),
    join(here, '../../dist/main.js'),
  ];
  const child = spawn(process.execPath, [...flags, '--config', join(folder, 'gateway.yaml')], {
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await Promise.all([listens(port), listens(privatePort)]);
  const inside = async (what) => {
    child.send(what);
    const [answer] = await once(child, 'message');
    return answer;
  };
  return { port, privatePort, pid: child.pid, inside, stop: () => child.kill('SIGKILL') };
}

const adminOf = (port) => async (method, path, body) => {
  const response = await fetch(`http://127.0.0.1:${port}/_gateway/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
};

/** One connection that has had this answer and stays open. */
async function hold(port, head, status) {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  socket.write(`${head}\r\n\r\n`);
  const [answer] = await once(socket, 'data');
  if (!answer.latin1Slice(0, 12).endsWith(status)) throw new Error(answer.latin1Slice(0, 400));
  return socket.resume();
}

async function holdMany(count, one) {
  const all = [];
  while (all.length < count) {
    const some = Array.from({ length: Math.min(atOnce, count - all.length) }, (_, i) => one(all.length + i));
    all.push(...(await Promise.all(some)));
  }
  return all;
}

const kibEach = (before, after, count) => Number(((after - before) / 1024 / count).toFixed(1));

/** What each of them weighs, after they have come to rest. */
async function weigh(gateway, count, open) {
  const before = await gateway.inside('memory');
  await gateway.inside('turns');
  const sockets = await open();
  const { worstStallMs: opening } = await gateway.inside('turns');
  await sleep(1_500);
  const after = await gateway.inside('memory');
  const each = (key) => kibEach(before[key], after[key], count);
  const figures = {
    count,
    residentKiB: each('rss'),
    heapKiB: each('heapUsed'),
    externalKiB: each('external'),
    opening,
  };
  return { sockets, figures };
}

/** The longest stall from before something is done until all of it has taken effect. */
async function during(gateway, work) {
  await gateway.inside('turns');
  await work();
  await sleep(2_500);
  return gateway.inside('turns');
}

function counts() {
  const [idle = 10_000, tunnels = 5_000] = process.argv.slice(2).map(Number);
  const files = Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]);
  const share = Math.min(1, (files - otherFiles) / (idle + 2 * tunnels));
  return { files, idle: Math.floor(idle * share), tunnels: Math.floor(tunnels * share) };
}

async function measure(gateway, material, { files, idle, tunnels }) {
  const admin = adminOf(gateway.privatePort);
  const bot = '/whitelists/bot%3Aa';
  const ranges = material.ranges.map(([start, end]) => ({ start: dotted(start), end: dotted(end) }));
  await admin('POST', `${bot}/import`, { ranges });
  await admin('PATCH', bot, { enabled: true });
  const tokens = await Promise.all(Array.from({ length: 100 }, (_, i) => material.token(`person-${i}`)));
  const headers = (n) =>
    `Host: localhost\r\n${n % 2 === 0 ? `Authorization: Bearer ${tokens[(n / 2) % 100]}` : `X-Forwarded-For: ${material.listed}`}`;
  const get = (path, n) => `GET ${path} HTTP/1.1\r\n${headers(n)}`;
  const upgrade =
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
  // What the first requests leave behind is none of the connections'.
  for (const socket of await holdMany(1_000, (n) => hold(gateway.port, get('/transcripts/a/1', n), '200')))
    socket.destroy();
  await sleep(500);
  const kept = await weigh(gateway, idle, () =>
    holdMany(idle, (n) => hold(gateway.port, get('/transcripts/a/1', n), '200')),
  );
  const joined = await weigh(gateway, tunnels, () =>
    holdMany(tunnels, (n) => hold(gateway.port, `${get('/transcripts/a/echo', n)}\r\n${upgrade}`, '101')),
  );
  const open = () => joined.sockets.filter((socket) => !socket.closed && !socket.readableEnded).length;
  const figures = { node: process.version, files, idle: kept.figures, tunnels: joined.figures };
  figures.atRest = await during(gateway, () => sleep(2_000));
  figures.rangeAdded = await during(gateway, () =>
    admin('POST', `${bot}/import`, { ranges: [{ start: '192.0.2.1', end: '192.0.2.1' }] }),
  );
  figures.reload = await during(gateway, () => process.kill(gateway.pid, 'SIGHUP'));
  const before = open();
  figures.listOff = await during(gateway, () => admin('PATCH', bot, { enabled: false }));
  figures.listOff.ended = before - open();
  figures.left = open();
  return figures;
}

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'connections-'));
  const material = await makeMaterial(folder, 1_000);
  const platform = await startPlatform();
  const gateway = await startGateway(material, platform.port);
  try {
    console.log(JSON.stringify(await measure(gateway, material, counts()), undefined, 2));
  } finally {
    gateway.stop();
    platform.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
process.exit();
