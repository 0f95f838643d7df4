import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { writeWhole } from '../write-whole.ts';
import { lineOf, readLines } from './lines.ts';
import type { Line } from './lines.ts';
import type { LogEntry } from './history.ts';
import { StoreError } from '../store.ts';
import type { Change, Position, RangeRecord } from '../../changes/change.ts';

/** Ranges a line: what is longer goes before its change as parts, so that no line stalls the event loop. */
const PART = 500;

type Lists = Pick<Change, 'removed' | 'added'>;

/** Replaces a file as a whole, or not at all; returns its bytes. */
export function replaceFile(path: string, lines: Iterable<string>): Promise<number> {
  return writeWhole(path, batches(lines));
}

function* batches(lines: Iterable<string>): Generator<string, void> {
  let text = '';
  for (const line of lines) {
    text += line;
    if (text.length < 131_072) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}

/** Ranges, or revocations, in pieces that fit a line. */
export function* parted<T>(ranges: readonly T[]): Generator<readonly T[], void> {
  for (let from = 0; from < ranges.length; from += PART) yield ranges.slice(from, from + PART);
}

/** A change as lines; where its lists are long, they come before it and count only with it. */
export function* entryLines({ change, key }: LogEntry): Generator<string, void> {
  const own = key === undefined ? {} : { key };
  if (change.removed.length + change.added.length <= PART) {
    yield lineOf({ change, ...own });
    return;
  }
  for (const removed of parted(change.removed)) yield lineOf({ part: { removed, added: [] } });
  for (const added of parted(change.added)) yield lineOf({ part: { removed: [], added } });
  yield lineOf({ change: { ...change, removed: [], added: [] }, parts: true, ...own });
}

/** Puts the parts of changes together again; a line that is neither is left alone. */
export function createJoiner() {
  let lists: { removed: RangeRecord[]; added: RangeRecord[] } = { removed: [], added: [] };
  return (value: NonNullable<Line['value']>): LogEntry | 'part' | undefined => {
    if (value['part'] !== undefined) {
      const { removed, added } = value['part'] as Lists;
      lists.removed.push(...removed);
      lists.added.push(...added);
      return 'part';
    }
    if (value['change'] === undefined) return undefined;
    const change = value['change'] as Change;
    const whole = value['parts'] === true ? { ...change, ...lists } : change;
    lists = { removed: [], added: [] };
    return { change: whole, ...(typeof value['key'] === 'string' ? { key: value['key'] } : {}) };
  };
}

/** The first line of a log: which change it goes on from. */
export function logHeader(after: Position): string {
  return lineOf({ log: 1, after: { revision: after.revision, changeId: after.changeId } });
}

function unreadable(path: string, { number, end }: Line, why: string): StoreError {
  return new StoreError('unreadable', `${path}, line ${String(number)} (up to byte ${String(end)}): ${why}`);
}

/**
 * Reads a log: what it goes on from, then every change in order. Returns how many bytes of it count.
 *
 * A write that was cut short can only be at the end, and was never acknowledged: it does not count. A damaged line
 * that has whole ones behind it is a damaged log, and refused.
 */
export async function readLog(
  path: string,
  begin: (after: Position) => void,
  apply: (entry: LogEntry) => void,
): Promise<number> {
  const join = createJoiner();
  let good = 0;
  let bad: Line | undefined;
  for await (const line of readLines(path)) {
    if (line.value === undefined) {
      bad ??= line;
      continue;
    }
    if (line.number === 1 && line.value['log'] === 1) {
      begin(line.value['after'] as Position);
      good = line.end;
      continue;
    }
    const entry = join(line.value);
    if (entry === 'part') continue;
    if (bad !== undefined) throw unreadable(path, bad, 'damaged, and changes follow it');
    if (entry === undefined || good === 0) throw unreadable(path, line, 'not a change of the policy');
    apply(entry);
    good = line.end;
  }
  if (good === 0 && bad !== undefined) throw unreadable(path, bad, 'the log has no beginning');
  return good;
}

/** The end of a log: appends, and takes back what did not reach the disk. */
export async function openLog(path: string, goodBytes: number) {
  const file: FileHandle = await open(path, 'r+');
  let length = goodBytes;
  let clean = false;

  const cut = async (): Promise<void> => {
    await file.truncate(length);
    await file.datasync();
    clean = true;
  };
  await cut();

  return {
    bytes: (): number => length,
    /** Resolves once the lines are on the disk; where that fails, none of them is in the log. */
    async append(lines: Iterable<string>): Promise<void> {
      if (!clean) await cut();
      clean = false;
      let end = length;
      try {
        for (const text of batches(lines)) {
          const data = Buffer.from(text);
          let from = 0;
          while (from < data.length)
            from += (await file.write(data, from, data.length - from, end + from)).bytesWritten;
          end += data.length;
        }
        await file.datasync();
      } catch (error) {
        await cut().catch(() => undefined); // tried again before the next write
        throw error;
      }
      length = end;
      clean = true;
    },
    close: (): Promise<void> => file.close(),
  };
}

export type LogFile = Awaited<ReturnType<typeof openLog>>;
