import type { Change, ChangeScope } from '../changes/change.ts';
import { openTrial } from '../changes/trial.ts';
import type { Store } from './store.ts';

/** Entries of the log that are read at once. */
const PAGE = 50;

type Reads = Pick<Store, 'changes' | 'entryAt' | 'scopes'>;

/** Changes on trial now, and the revision that this was read at. */
interface Reading {
  readonly revision: number;
  readonly open: ReadonlyMap<ChangeScope, Change>;
}

/**
 * The changes that are on trial: read from all records the first time, however long ago they were made, and from then
 * on followed by the log. Each call rejects where the store cannot be read.
 */
export function createOpenTrials(store: Reads): () => Promise<readonly Change[]> {
  let last: Reading | undefined;
  let reading: Promise<Reading> | undefined;
  const read = async (): Promise<Reading> => (last && (await readOn(store, last))) ?? readAll(store);
  return async () => {
    reading ??= read().finally(() => (reading = undefined));
    last = await reading;
    return [...last.open.values()];
  };
}

async function readAll(store: Reads): Promise<Reading> {
  const { revision, scopes } = await store.scopes();
  const open = new Map<ChangeScope, Change>();
  for (const record of scopes) {
    const trial = record.revision === 0 ? undefined : openTrial(await store.entryAt(record.revision));
    if (trial !== undefined) open.set(trial.scope, trial);
  }
  return { revision, open };
}

/** Undefined where the log is not the one that was followed. */
async function readOn(store: Reads, { revision, open }: Reading): Promise<Reading | undefined> {
  const newer: Change[] = [];
  for (;;) {
    const before = newer.at(-1)?.revision;
    const page = await store.changes({ limit: PAGE, ...(before !== undefined && { before }) });
    if (newer.length === 0 && (page[0]?.revision ?? 0) < revision) return undefined;
    const fresh = page.filter((change) => change.revision > revision);
    newer.push(...fresh);
    if (fresh.length < PAGE) break;
  }
  const now = new Map(open);
  for (const change of newer.toReversed())
    if (openTrial(change) === undefined) now.delete(change.scope);
    else now.set(change.scope, change);
  return { revision: newer[0]?.revision ?? revision, open: now };
}
