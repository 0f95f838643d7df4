import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GatewayProcess } from '../support/gateway-process.ts';
import { startRedis } from '../support/redis.ts';
import type { Experiment, Finding, Undo } from './experiment.ts';
import { admin, gatewayFor, percentile, startOrigin, until, visit } from './world.ts';

interface Fleet {
  readonly gateways: readonly GatewayProcess[];
  /** Where each gateway keeps its copy of the compiled policy. */
  readonly copies: readonly string[];
}

async function startFleet(undo: Undo, count: number): Promise<Fleet> {
  const redis = undo(await startRedis(), (it) => it.stop());
  const origin = undo(await startOrigin(), (it) => it.close());
  const copies = Array.from({ length: count }, (_, n) => join(redis.dir, `copy-${String(n)}`));
  const gateways = await Promise.all(
    copies.map(async (snapshotDir) => {
      const store = { redis: { url: redis.url, prefix: 'fleet', snapshotDir } };
      return undo(await gatewayFor(origin.url, { store }), (it) => it.stop());
    }),
  );
  for (const gateway of gateways) {
    const all = await until(async () => (await replicasOf(gateway)).length === count, 30_000);
    if (!all) throw new Error('the gateways do not find one another');
  }
  const [first] = gateways;
  if (first !== undefined) await admin(first, 'PATCH', '/whitelists/bot%3Aa', { enabled: true });
  return { gateways, copies };
}

async function replicasOf(gateway: GatewayProcess): Promise<readonly { revision: number; self: boolean }[]> {
  const { status, body } = await admin(gateway, 'GET', '/replicas');
  return status === 200 ? (body['replicas'] as { revision: number; self: boolean }[]) : [];
}

/** What the admins' answers said, and what was found. */
interface Tally {
  changes: number;
  /** Answers that said: live on every gateway. */
  everywhere: number;
  /** Answers that said more than was true. */
  untrue: string[];
  /** Milliseconds from the write to the last gateway's word, as the answers say. */
  readonly liveMs: number[];
  /** Milliseconds from the answer until a visitor at the last gateway was judged by the change. */
  readonly lagMs: number[];
}

interface Live {
  readonly replicas: number;
  readonly of: number;
  readonly ms: number;
}

async function isListed(gateway: GatewayProcess, address: string): Promise<boolean> {
  const { status } = await visit(gateway.publicUrl, 'listed', { headers: { 'x-forwarded-for': address } });
  return status === 200;
}

/** Asks every gateway, as a visitor, whether it serves the change. */
async function judge({ gateways }: Fleet, tally: Tally, live: Live, address: string, listed: boolean) {
  const answeredMs = performance.now();
  const lags = await Promise.all(
    gateways.map(async (gateway) => {
      if ((await isListed(gateway, address)) === listed) return 0;
      await until(async () => (await isListed(gateway, address)) === listed, 10_000);
      return performance.now() - answeredMs;
    }),
  );
  tally.lagMs.push(Math.max(...lags));
  const serving = lags.filter((lag) => lag === 0).length;
  if (serving >= live.replicas && live.of === gateways.length) return;
  tally.untrue.push(`${address}: said ${live.replicas} of ${live.of}, ${serving} served it`);
}

/** One admin: lists addresses and takes every second one off again, through one gateway. */
async function administer(fleet: Fleet, tally: Tally, turn: number, changes: number, judging: boolean) {
  const gateway = fleet.gateways[turn];
  if (gateway === undefined) throw new Error('no such gateway');
  let last: { id: string; address: string } | undefined;
  for (let n = 0; n < changes; n += 1) {
    const address = last?.address ?? `10.${judging ? 1 : 2}${turn}.${n >> 8}.${n & 255}`;
    const path = '/whitelists/bot%3Aa/ranges';
    const { status, body } =
      last === undefined
        ? await admin(gateway, 'POST', path, { start: address, end: address })
        : await admin(gateway, 'DELETE', `${path}/${last.id}`);
    if (status !== 200 && status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
    const live = body['live'] as Live;
    const listed = last === undefined;
    last = listed && n % 3 !== 2 ? { id: String(body['id']), address } : undefined;
    tally.changes += 1;
    tally.liveMs.push(live.ms);
    if (live.replicas === fleet.gateways.length) tally.everywhere += 1;
    if (judging) await judge(fleet, tally, live, address, listed);
  }
}

async function twoAdmins(fleet: Fleet, changes: number, judging: boolean): Promise<Tally> {
  const tally: Tally = { changes: 0, everywhere: 0, untrue: [], liveMs: [], lagMs: [] };
  await Promise.all([0, 1].map((turn) => administer(fleet, tally, turn, changes / 2, judging)));
  return tally;
}

/** True once every gateway has the same revision, and the same compiled policy byte for byte. */
async function allAlike({ gateways, copies }: Fleet): Promise<boolean> {
  const alike = async (): Promise<boolean> => {
    const revisions = (await Promise.all(gateways.map(replicasOf))).flat().map(({ revision }) => revision);
    const packs = await Promise.all(
      copies.map((dir) => readFile(join(dir, 'policy.pack')).catch(() => Buffer.from(dir))),
    );
    const sums = packs.map((pack) => createHash('sha256').update(pack).digest('hex'));
    return new Set(revisions).size === 1 && new Set(sums).size === 1;
  };
  return until(alike, 20_000);
}

/** CPU time that a process had, and how long it was ready to run and had none (ms). */
async function cpuOf({ pid }: GatewayProcess): Promise<{ ran: number; waited: number }> {
  const [ran = 0, waited = 0] = (await readFile(`/proc/${pid}/schedstat`, 'utf8').catch(() => ''))
    .split(' ')
    .map((ns) => Number(ns) / 1e6);
  return { ran, waited };
}

/** Changes whose answers nobody checks meanwhile: how long they take, and how much of it is waiting for a CPU. */
async function timed(fleet: Fleet, changes: number): Promise<string> {
  const processes = [...new Set(fleet.gateways)];
  const before = await Promise.all(processes.map(cpuOf));
  const tally = await twoAdmins(fleet, changes, false);
  const after = await Promise.all(processes.map(cpuOf));
  const perChange = (key: 'ran' | 'waited'): string => {
    const spent = after.map((cpu, n) => cpu[key] - (before[n]?.[key] ?? 0));
    return (spent.reduce((sum, ms) => sum + ms, 0) / changes).toFixed(2);
  };
  return (
    `unwatched: live.ms median ${percentile(tally.liveMs, 0.5)}, p99 ${percentile(tally.liveMs, 0.99)}; ` +
    `a change costs the fleet ${perChange('ran')} ms of CPU on its main threads, and ${perChange('waited')} ms of waiting for one`
  );
}

async function run(undo: Undo, count: number, changes: number): Promise<Finding & { fleet: Fleet }> {
  const fleet = await startFleet(undo, count);
  const { everywhere, untrue, liveMs, lagMs } = await twoAdmins(fleet, changes, true);
  const alike = await allAlike(fleet);
  const ms = (values: readonly number[]): string =>
    `${percentile(values, 0.5).toFixed(0)}, p99 ${percentile(values, 0.99).toFixed(0)}`;
  const figure =
    `${liveMs.length} changes, ${everywhere} live on ${count} of ${count}, ${untrue.length} untrue ` +
    `${untrue.slice(0, 2).join('; ')}; alike ${alike}; write to the last gateway (live.ms) median ${ms(liveMs)}; ` +
    `answer to the last gateway median ${ms(lagMs)}`;
  return { fleet, figure, ok: untrue.length === 0 && alike && liveMs.length === changes };
}

const bound = 'every receipt true; at last one revision and one compiled policy, byte for byte';

/** Many gateways on one Redis, two admins at once. */
export const fleetFaults: readonly Experiment[] = [
  {
    name: 'fleet: three gateways, two admins, 40 changes',
    bound,
    short: true,
    run: (undo) => run(undo, 3, 40),
  },
  {
    name: 'fleet: ten gateways, two admins, 1,000 changes',
    bound,
    async run(undo) {
      const { fleet, figure, ok } = await run(undo, 10, 1000);
      return { figure: `${figure}; ${await timed(fleet, 300)}`, ok };
    },
  },
  {
    name: 'fleet: one gateway, two admins through it, for comparison',
    bound: 'a figure only',
    async run(undo) {
      const fleet = await startFleet(undo, 1);
      const [only] = fleet.gateways;
      if (only === undefined) throw new Error('no gateway');
      return { figure: await timed({ ...fleet, gateways: [only, only] }, 300), ok: true };
    },
  },
];
