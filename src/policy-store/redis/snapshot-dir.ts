import { mkdir, readFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';
import type { Policy } from '../../policy/policy.ts';
import type { StoreLog } from '../log.ts';
import { pack, unpack } from './pack.ts';
import { createSlicer } from '../slicer.ts';
import type { LoadedPolicy } from '../store.ts';
import type { Position } from '../../changes/change.ts';
import { writeWhole } from '../write-whole.ts';

/** A policy, or the word that it is still good, is written at most so often. */
const WRITE_MS = 5000;

/** When a policy was last known to be the store's newest, by both clocks of this machine. */
interface Confirmed {
  readonly revision: number;
  readonly changeId: string;
  readonly atMs: number;
  /** Seconds since the machine started. */
  readonly uptime: number;
  readonly boot: string;
}

/** Names this start of the machine, where the system tells. */
async function bootId(): Promise<string> {
  return readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
}

/**
 * How old a confirmation is; undefined where that cannot be known: a clock that was set back would make an old
 * policy young. Within one start of the machine its uptime counts too.
 */
export function ageOf(
  confirmed: Confirmed,
  now: { atMs: number; uptime: number; boot: string },
): number | undefined {
  const wallMs = now.atMs - confirmed.atMs;
  if (wallMs < 0) return undefined;
  if (confirmed.boot === '' || confirmed.boot !== now.boot) return wallMs;
  return Math.max(wallMs, (now.uptime - confirmed.uptime) * 1000);
}

async function readConfirmed(path: string): Promise<Confirmed | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return value as Confirmed; // written whole or not at all
  } catch {
    return undefined;
  }
}

/** What is written where, one after the other. */
function createWriter(dir: string, log: StoreLog, now: () => number) {
  let written = '';
  let confirmedMs = 0;
  let working = Promise.resolve();
  const failed = (error: unknown): void => {
    log.warn({ dir, error: error instanceof Error ? error.message : String(error) }, 'snapshot not written');
  };
  const inTurn = (work: () => Promise<void>): Promise<void> => (working = working.then(work).catch(failed));
  return {
    found: (changeId: string): void => {
      written = changeId;
    },
    policy: (policy: Policy, position: Position): Promise<void> =>
      inTurn(async () => {
        if (position.changeId === written) return;
        await mkdir(dir, { recursive: true, mode: 0o700 });
        await writeWhole(pathsIn(dir).pack, [await pack(policy, position, createSlicer())]);
        written = position.changeId;
        confirmedMs = 0; // the next confirmation is for this one
      }),
    confirmed: ({ revision, changeId }: Position, atMs: number): Promise<void> =>
      inTurn(async () => {
        if (changeId !== written || atMs - confirmedMs < WRITE_MS) return;
        confirmedMs = atMs;
        const sinceBoot = uptime() - Math.max(0, now() - atMs) / 1000;
        const confirmed: Confirmed = { revision, changeId, atMs, uptime: sinceBoot, boot: await bootId() };
        await writeWhole(pathsIn(dir).confirmed, [JSON.stringify(confirmed)]);
      }),
  };
}

const pathsIn = (dir: string) => ({
  pack: join(dir, 'policy.pack'),
  confirmed: join(dir, 'policy.confirmed'),
});

/** A local copy of the last good policy, so that a restart during an outage can serve within the staleness bound. */
export function createSnapshotDir(dir: string, log: StoreLog, now: () => number) {
  const writer = createWriter(dir, log, now);
  let wanted: (() => Promise<void>) | undefined;
  let timer: NodeJS.Timeout | undefined;
  const save = async (): Promise<void> => {
    timer = undefined;
    await wanted?.();
  };
  return {
    /** The copy, where one is there and its age can be known. */
    async read(): Promise<LoadedPolicy | undefined> {
      const confirmed = await readConfirmed(pathsIn(dir).confirmed);
      const bytes = await readFile(pathsIn(dir).pack).catch(() => undefined);
      const packed = bytes && (await unpack(bytes, createSlicer()));
      if (confirmed === undefined || packed?.position.changeId !== confirmed.changeId) return undefined;
      const ageMs = ageOf(confirmed, { atMs: now(), uptime: uptime(), boot: await bootId() });
      if (ageMs === undefined) return undefined;
      writer.found(confirmed.changeId);
      return { ...packed, unreadable: [], confirmedAtMs: now() - ageMs };
    },
    /** Keeps a policy, soon. */
    keep(policy: Policy, position: Position): void {
      wanted = () => writer.policy(policy, position);
      timer ??= setTimeout(() => void save(), WRITE_MS / 5);
    },
    /** Keeps that a policy was confirmed. */
    confirmed: writer.confirmed,
    /** Writes what is still to be written. */
    close(): Promise<void> {
      clearTimeout(timer);
      return save();
    },
  };
}

export type SnapshotDir = ReturnType<typeof createSnapshotDir>;
