import { createHistory } from './history.ts';
import type { LogEntry, History } from './history.ts';
import { lineOf, readLines } from './lines.ts';
import { createJoiner, entryLines, parted, replaceFile } from './log-file.ts';
import type { Scope } from '../../policy/reason.ts';
import { createState } from './scopes-in-memory.ts';
import type { ScopesInMemory } from './scopes-in-memory.ts';
import { StoreError } from '../store.ts';
import type { Position, RangeRecord, ScopeRecord, RevocationRecord } from '../../changes/change.ts';
import type { Revocation } from '../../policy/revocation.ts';

function* snapshotLines(
  position: Position,
  copy: ReturnType<ScopesInMemory['copy']>,
  revocations: RevocationRecord,
  entries: readonly LogEntry[],
): Generator<string, void> {
  let lines = 1;
  yield lineOf({ snapshot: 1, position: { revision: position.revision, changeId: position.changeId } });
  for (const { record, ranges } of copy) {
    lines += 1;
    yield lineOf({ scope: record });
    for (const part of parted(ranges)) {
      lines += 1;
      yield lineOf({ ranges: part });
    }
  }
  for (const part of parted(revocations.entries)) {
    lines += 1;
    yield lineOf({ revocations: part, revision: revocations.revision });
  }
  for (const entry of entries) {
    for (const line of entryLines(entry)) {
      lines += 1;
      yield line;
    }
  }
  yield lineOf({ end: lines });
}

/** Writes all that is known at a position, as a whole or not at all; returns its bytes. */
export function writeSnapshot(
  path: string,
  position: Position,
  state: ScopesInMemory,
  history: History,
): Promise<number> {
  return replaceFile(path, snapshotLines(position, state.copy(), state.revocations.record(), history.all()));
}

/** Reads a snapshot; undefined where there is none, and refused where it is not whole. */
export async function readSnapshot(path: string) {
  const state = createState();
  const history = createHistory();
  const join = createJoiner();
  let position: Position | undefined;
  let scope: Scope = 'platform';
  let whole = false;
  let bytes = 0;
  for await (const { number, value, end } of readLines(path)) {
    const refuse = (): StoreError => new StoreError('unreadable', `${path}, line ${String(number)}: damaged`);
    bytes = end;
    if (value === undefined || whole) throw refuse();
    const entry = join(value);
    if (number === 1 && value['snapshot'] === 1) position = value['position'] as Position;
    else if (value['scope'] !== undefined) {
      const record = value['scope'] as ScopeRecord;
      scope = record.scope;
      state.restore(record);
    } else if (value['ranges'] !== undefined) state.restoreRanges(scope, value['ranges'] as RangeRecord[]);
    else if (value['revocations'] !== undefined) {
      state.revocations.restore(value['revocations'] as Revocation[], Number(value['revision']));
    } else if (value['end'] === number - 1) whole = true;
    else if (entry === undefined) throw refuse();
    else if (entry !== 'part') history.add(entry);
  }
  if (position === undefined) {
    if (bytes === 0) return undefined;
    throw new StoreError('unreadable', `${path} has no beginning`);
  }
  if (!whole) throw new StoreError('unreadable', `${path} has no end`);
  return { position, state, history, bytes };
}
