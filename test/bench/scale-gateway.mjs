// A gateway as far as the policy goes, in a process of its own, for scale.mjs.
import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { findPosition } from '../../dist/policy/whitelist.js';
import { createLivePolicy } from '../../dist/policy-store/live/live-policy.js';
import { quadText } from '../../dist/changes/record.js';
import { createRedisStore } from '../../dist/policy-store/redis/redis-store.js';
import { watchTurns } from './turns.mjs';

export const AT = '2026-01-02T03:04:05.000Z';
export const round = (n, digits = 1) => Number(n.toFixed(digits));
const log = {
  info() {},
  warn: (fields, message) => console.error(message, fields),
  error: (fields, message) => console.error(message, fields),
};

export function rangeOf(bot, n, space) {
  const start = (n * space + ((bot * 7919) % Math.max(1, space - 300))) >>> 0;
  const id = randomBytes(8).toString('hex');
  const expiresAt = n % 10 === 0 ? '2036-01-01T00:00:00.000Z' : undefined;
  const note = n % 4 === 0 ? `office ${n}` : undefined;
  return {
    id,
    start: quadText(start),
    end: quadText(start + (n % 256)),
    note,
    expiresAt,
    createdAt: AT,
    createdBy: 'ada (staff)',
  };
}

async function openGateway(url) {
  const redis = {
    url,
    prefix: 'gateway',
    snapshotDir: null,
    connectTimeoutMs: 5000,
    commandTimeoutMs: 30_000,
    receiptTimeoutMs: 30_000,
  };
  const store = createRedisStore({ redis, maxStalenessSeconds: () => 300, log, now: Date.now });
  const live = createLivePolicy({ store, maxStalenessSeconds: () => 300, log, now: Date.now });
  const since = performance.now();
  live.start();
  while (live.position() === undefined) await sleep(2);
  return { store, live, startMs: round(performance.now() - since) };
}

/** Runs something and says how long the event loop stood still at most. */
async function withStalls(work) {
  const stalls = watchTurns();
  const since = performance.now();
  const value = await work();
  const ms = round(performance.now() - since);
  await sleep(5);
  return { value, ms, ...stalls() };
}

function memory() {
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, arrayBuffers, external, rss } = process.memoryUsage();
  return { used: heapUsed + Math.max(arrayBuffers, external), rss };
}

/** CPU time of a lookup, ns. */
function lookups(scopes) {
  const asked = Array.from({ length: 65_536 }, () => [
    scopes[Math.floor(Math.random() * scopes.length)],
    Math.floor(Math.random() * 2 ** 32),
  ]);
  let hits = 0;
  const pass = () => {
    for (const [{ whitelist }, ip] of asked) if (findPosition(whitelist, ip, 1e12) >= 0) hits += 1;
  };
  for (let n = 0; n < 5; n += 1) pass();
  const before = process.cpuUsage();
  for (let n = 0; n < 20; n += 1) pass();
  const ns = round((process.cpuUsage(before).user * 1000) / 20 / asked.length);
  return { ns, hits };
}

const commands = {
  async start({ url }) {
    const before = memory();
    const cpu = process.cpuUsage();
    const { value, ...stalls } = await withStalls(() => openGateway(url));
    const { user, system } = process.cpuUsage(cpu);
    stalls.cpuMs = round((user + system) / 1000);
    commands.gateway = value;
    const after = memory();
    const policy = value.live.view(Date.now()).policy;
    const ranges = [...policy.scopes.values()].reduce((sum, { whitelist }) => sum + whitelist.size, 0);
    return {
      startMs: value.startMs,
      worstStallMs: stalls.worstStallMs,
      worstTurnCpuMs: stalls.worstTurnCpuMs,
      cpuMs: stalls.cpuMs,
      ranges,
      bytesPerRange: round((after.used - before.used) / ranges),
      rssMiB: round(after.rss / 2 ** 20),
      lookupNs: {
        all: lookups([...policy.scopes.values()]),
        oneBot: lookups([...policy.scopes.values()].slice(0, 1)),
      },
    };
  },
  async change({ times }) {
    const { store } = commands.gateway;
    const took = [];
    const { worstStallMs, worstTurnCpuMs } = await withStalls(async () => {
      for (let n = 0; n < times; n += 1) {
        const scope = `bot:b${n}`;
        const { record } = await store.scope(scope);
        const since = performance.now();
        const draft = {
          scope,
          expected: record.revision,
          at: AT,
          by: 'ada',
          removed: [],
          added: [rangeOf(n, 3, 1e6)],
        };
        const { live } = await store.change(draft);
        if (live.replicas !== live.of) throw new Error(`live on ${live.replicas} of ${live.of}`);
        took.push(performance.now() - since);
      }
    });
    took.sort((a, b) => a - b);
    return {
      medianMs: round(took[times >> 1], 2),
      p99Ms: round(took[Math.floor(times * 0.99)], 2),
      worstStallMs,
      worstTurnCpuMs,
    };
  },
  async import({ count }) {
    const { store } = commands.gateway;
    const { record } = await store.scope('bot:import');
    const added = Array.from({ length: count }, (_, n) => rangeOf(0, n, Math.floor(2 ** 32 / count)));
    const draft = { scope: 'bot:import', expected: record.revision, at: AT, by: 'ada', removed: [], added };
    const { value, ms, worstStallMs, worstTurnCpuMs } = await withStalls(() => store.change(draft));
    return { ms, live: value.live, worstStallMs, worstTurnCpuMs };
  },
  watch() {
    commands.turns = watchTurns();
    return {};
  },
  watched: () => commands.turns(),
  async end() {
    commands.gateway.live.close();
    await commands.gateway.store.close();
    setTimeout(() => process.disconnect(), 10);
    return {};
  },
};

if (process.send !== undefined) {
  process.on('message', ({ command, ...options }) => {
    Promise.resolve(commands[command](options)).then(
      (answer) => process.send(answer),
      (error) => process.send({ error: error.stack }),
    );
  });
}
