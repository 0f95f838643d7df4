import { lengthOf, withoutLists } from '../../changes/log-entry.ts';
import type { Change } from '../../changes/change.ts';

/** A change as it is remembered, with the key under which it was asked for. */
export interface LogEntry {
  readonly change: Change;
  readonly key?: string;
}

/** Changes that are remembered, and ranges in their lists: older lists are forgotten first. */
const KEPT_CHANGES = 10_000;
const KEPT_RANGES = 300_000;

/** The newest changes, oldest first, by revision and by key. */
export function createHistory() {
  const entries = new Map<number, LogEntry>();
  const keys = new Map<string, number>();
  let ranges = 0;
  let newest = 0;

  const forgetLists = (): void => {
    for (const [revision, entry] of entries) {
      if (ranges <= KEPT_RANGES || revision === newest) return;
      if (lengthOf(entry.change) === 0) continue;
      ranges -= lengthOf(entry.change);
      entries.set(revision, { ...entry, change: withoutLists(entry.change) });
    }
  };

  return {
    add(entry: LogEntry): void {
      newest = entry.change.revision;
      entries.set(newest, entry);
      if (entry.key !== undefined) keys.set(entry.key, newest);
      ranges += lengthOf(entry.change);
      for (const [revision, { change, key }] of entries) {
        if (entries.size <= KEPT_CHANGES) break;
        entries.delete(revision);
        ranges -= lengthOf(change);
        if (key !== undefined) keys.delete(key);
      }
      if (ranges > KEPT_RANGES) forgetLists();
    },
    at: (revision: number): Change | undefined => entries.get(revision)?.change,
    byKey(key: string): Change | undefined {
      const revision = keys.get(key);
      return revision === undefined ? undefined : entries.get(revision)?.change;
    },
    all: (): readonly LogEntry[] => [...entries.values()],
    /** Changes after a revision, oldest first. */
    after: (revision: number): readonly Change[] =>
      [...entries.values()].map(({ change }) => change).filter((change) => change.revision > revision),
  };
}

export type History = ReturnType<typeof createHistory>;
