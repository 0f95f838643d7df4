import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { dayMs, openIndex, type Index } from './database.ts';

export interface OwnIndex {
  readonly index: Index;
  /** What a file of an older version was renamed to. */
  readonly aside?: string;
}

/** Processes of one folder that have an index each. */
const most = 64;

/**
 * Opens the index of a folder. Where several processes may share the folder each takes the first that is free, and
 * what nobody has used for a day is deleted: nobody would prune it. Throws where none can be had.
 */
export function openOwnIndex(folder: string, isShared: boolean, nowMs: number): OwnIndex {
  mkdirSync(folder, { recursive: true });
  if (!isShared) return open(fileIn(folder, 1));
  for (let number = 1; number <= most; number++) {
    try {
      const own = open(fileIn(folder, number));
      for (let other = number + 1; other <= most; other++) removeUnused(fileIn(folder, other), nowMs);
      return own;
    } catch (error) {
      if (!isBusy(error)) throw error;
    }
  }
  throw new Error(`${most} gateways have an index in this folder already`);
}

function fileIn(folder: string, number: number): string {
  return join(folder, number === 1 ? 'activity.sqlite' : `activity-${number}.sqlite`);
}

function open(file: string): OwnIndex {
  const aside: { name?: string } = {};
  const index = openIndex(file, { alone: true, aside: (name) => (aside.name = name) });
  return { index, ...(aside.name !== undefined && { aside: aside.name }) };
}

function isBusy(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'SQLITE_BUSY';
}

/** Only while nobody else can have opened it; the stream has what it held. */
function removeUnused(file: string, nowMs: number): void {
  const usedMs = Math.max(...['', '-wal'].map((ending) => changedMs(`${file}${ending}`)));
  if (usedMs === 0 || usedMs > nowMs - dayMs) return;
  try {
    const { index } = open(file);
    for (const ending of ['', '-wal', '-shm']) rmSync(`${file}${ending}`, { force: true });
    index.close();
  } catch {
    // Somebody has it.
  }
}

/** Unix milliseconds; 0 where there is no such file. */
function changedMs(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
