import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { createHistory } from './history.ts';
import { entryLines, logHeader, openLog, readLog, replaceFile } from './log-file.ts';
import type { StoreLog } from './log.ts';
import { readSnapshot, writeSnapshot } from './snapshot-file.ts';
import { START, changeOf, createState } from './state.ts';
import { StoreError } from './store.ts';
import type { Change, Draft, Position } from './store.ts';

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

/** Calls one after the other, in order. */
function createQueue() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
}

/** The policy on disk and in memory, and the one way to change it. */
export async function openJournal({ dir, log, compactBytes, refusal }: JournalOptions) {
  const [snapshotPath, logPath] = [join(dir, 'policy.snapshot'), join(dir, 'policy.log')];
  const { state, history, good, ...recovered } = await recover(snapshotPath, logPath);
  let { position, snapshotBytes } = recovered;
  let file = await openLog(logPath, good);
  let compactAt = compactBytes;
  const inTurn = createQueue();
  log.info({ dir, revision: position.revision, scopes: state.scopes().length }, 'policy read');

  const compactLog = async (): Promise<void> => {
    if (file.bytes() <= Math.max(compactAt, snapshotBytes)) return;
    try {
      snapshotBytes = await writeSnapshot(snapshotPath, position, state, history);
      const good = await replaceFile(logPath, [logHeader(position)]);
      const old = file;
      file = await openLog(logPath, good);
      await old.close();
      compactAt = compactBytes;
    } catch (error) {
      compactAt = file.bytes() + compactBytes; // the log still has everything; tried again later
      log.warn({ dir, error: messageOf(error) }, 'policy log could not be compacted');
    }
  };

  const write = async (draft: Draft): Promise<{ change: Change; repeated: boolean }> => {
    const key = draft.idempotencyKey;
    const earlier = key === undefined ? undefined : history.byKey(key);
    if (earlier !== undefined) return { change: earlier, repeated: true };
    const problem = refusal() ?? state.refusal(draft);
    if (problem !== undefined) throw problem;
    const change = changeOf(draft, position);
    const entry = { change, ...(key === undefined ? {} : { key }) };
    try {
      await file.append(entryLines(entry));
    } catch (error) {
      throw new StoreError('unavailable', `nothing was changed: ${messageOf(error)}`, { cause: error });
    }
    state.apply(change);
    history.add(entry);
    position = { revision: change.revision, changeId: change.changeId };
    return { change, repeated: false };
  };

  return {
    state,
    history,
    position: (): Position => position,
    /** `committed` hears of each new change before the next one is written. */
    change: (draft: Draft, committed: (change: Change) => void): ReturnType<typeof write> =>
      inTurn(async () => {
        const result = await write(draft);
        if (!result.repeated) committed(result.change);
        await compactLog();
        return result;
      }),
    close: (): Promise<void> => inTurn(() => file.close()),
  };
}
