import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { createHistory } from './history.ts';
import type { History } from './history.ts';
import { entryLines, logHeader, openLog, readLog, replaceFile } from './log-file.ts';
import type { LogFile } from './log-file.ts';
import type { StoreLog } from '../log.ts';
import { readSnapshot, writeSnapshot } from './snapshot-file.ts';
import { START } from '../../changes/log-entry.ts';
import { linked, listsHashOf } from '../change-id.ts';
import { createTurns } from '../in-turn.ts';
import { createSlicer } from '../slicer.ts';
import { createState } from './scopes-in-memory.ts';
import type { ScopesInMemory } from './scopes-in-memory.ts';
import { StoreError } from '../store.ts';
import type { Change, Draft, Position } from '../../changes/change.ts';

export interface JournalOptions {
  readonly dir: string;
  readonly log: StoreLog;
  /** The log is folded into the snapshot once it is so long, and longer than the snapshot. */
  readonly compactBytes: number;
  /** Why nothing may be written; asked before each write. */
  readonly refusal: () => StoreError | undefined;
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Everything that snapshot and log say, and how much of the log counts. */
async function recover(snapshotPath: string, logPath: string) {
  const snapshot = await readSnapshot(snapshotPath);
  const { state, history } = snapshot ?? { state: createState(), history: createHistory() };
  let position = snapshot?.position ?? START;
  if (!(await exists(logPath))) {
    if (snapshot !== undefined)
      throw new StoreError('unreadable', `${logPath} is missing beside its snapshot`);
    await replaceFile(logPath, [logHeader(START)]);
  }
  const lost = (why: string): StoreError => new StoreError('unreadable', `${logPath} ${why}`);
  const good = await readLog(
    logPath,
    ({ revision }) => {
      if (revision > position.revision)
        throw lost(`begins at revision ${String(revision)}, its snapshot is older`);
    },
    (entry) => {
      const { change } = entry;
      if (change.revision <= position.revision) return; // what a crash between snapshot and new log leaves
      if (change.previousId !== position.changeId)
        throw lost(`has revision ${String(change.revision)} follow nothing`);
      state.apply(change);
      history.add(entry);
      position = { revision: change.revision, changeId: change.changeId };
    },
  );
  return { state, history, position, good, snapshotBytes: snapshot?.bytes ?? 0 };
}

/** The policy on disk and in memory, as it is now. */
interface Pages {
  readonly options: JournalOptions;
  readonly snapshotPath: string;
  readonly logPath: string;
  readonly state: ScopesInMemory;
  readonly history: History;
  position: Position;
  file: LogFile;
  snapshotBytes: number;
  compactAt: number;
}

async function openPages(options: JournalOptions): Promise<Pages> {
  const [snapshotPath, logPath] = [join(options.dir, 'policy.snapshot'), join(options.dir, 'policy.log')];
  const { good, ...recovered } = await recover(snapshotPath, logPath);
  const file = await openLog(logPath, good);
  return { options, snapshotPath, logPath, ...recovered, file, compactAt: options.compactBytes };
}

/** Folds a long log into the snapshot. A crash at any point leaves a snapshot and a log that fit each other. */
async function compactLog(pages: Pages): Promise<void> {
  const { state, history, position, file, logPath, options } = pages;
  if (file.bytes() <= Math.max(pages.compactAt, pages.snapshotBytes)) return;
  try {
    pages.snapshotBytes = await writeSnapshot(pages.snapshotPath, position, state, history);
    pages.file = await openLog(logPath, await replaceFile(logPath, [logHeader(position)]));
    await file.close();
    pages.compactAt = options.compactBytes;
  } catch (error) {
    pages.compactAt = file.bytes() + options.compactBytes; // the log still has everything; tried again later
    options.log.warn({ dir: options.dir, error: messageOf(error) }, 'policy log could not be compacted');
  }
}

async function write(pages: Pages, draft: Draft): Promise<{ change: Change; repeated: boolean }> {
  const { state, history, position, file, options } = pages;
  const key = draft.idempotencyKey;
  const earlier = key === undefined ? undefined : history.byKey(key);
  if (earlier !== undefined) return { change: earlier, repeated: true };
  const problem = options.refusal() ?? state.refusal(draft);
  if (problem !== undefined) throw problem;
  const change = linked(draft, position, await listsHashOf(draft, createSlicer()));
  const entry = { change, ...(key === undefined ? {} : { key }) };
  try {
    await file.append(entryLines(entry));
  } catch (error) {
    throw new StoreError('unavailable', `nothing was changed: ${messageOf(error)}`, { cause: error });
  }
  state.apply(change);
  history.add(entry);
  pages.position = { revision: change.revision, changeId: change.changeId };
  return { change, repeated: false };
}

/** Opens the policy in a directory; all changes go through here, one after the other. */
export async function openJournal(options: JournalOptions) {
  const pages = await openPages(options);
  const { state, history } = pages;
  const inTurn = createTurns();
  const position = (): Position => pages.position;
  const { dir, log } = options;
  log.info({ dir, revision: position().revision, scopes: state.scopes().length }, 'policy read');
  return {
    state,
    history,
    position,
    /** `committed` hears of each new change before the next one is written. */
    change: (draft: Draft, committed: (change: Change) => void): ReturnType<typeof write> =>
      inTurn(async () => {
        const result = await write(pages, draft);
        if (!result.repeated) committed(result.change);
        await compactLog(pages);
        return result;
      }),
    close: (): Promise<void> => inTurn(() => pages.file.close()),
  };
}

export type Journal = Awaited<ReturnType<typeof openJournal>>;
