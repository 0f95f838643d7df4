import type { Change } from './store.ts';

/** A change as it is remembered, with the key under which it was asked for. */
export interface Entry {
  readonly change: Change;
  readonly key?: string;
}

/** Changes that are remembered, and ranges in their lists: older lists are forgotten first. */
const KEPT_CHANGES = 10_000;
const KEPT_RANGES = 300_000;

/** Above this many ranges a change's lists are left out of listings. */
export const LONG = 1000;

const listed = (change: Change): number => change.removed.length + change.added.length;

/** The change without its lists. */
export function withoutLists(change: Change): Change {
  return { ...change, removed: [], added: [], truncated: true };
}

/** The change as listings show it: long lists are left out. */
export function shortened(change: Change): Change {
  return listed(change) > LONG ? withoutLists(change) : change;
}

/** The newest changes, oldest first, by revision and by key. */
export function createHistory() {
  const entries = new Map<number, Entry>();
  const keys = new Map<string, number>();
  let ranges = 0;
  let newest = 0;

  const forgetLists = (): void => {
    for (const [revision, entry] of entries) {
      if (ranges <= KEPT_RANGES || revision === newest) return;
      if (listed(entry.change) === 0) continue;
      ranges -= listed(entry.change);
      entries.set(revision, { ...entry, change: withoutLists(entry.change) });
    }
  };

  return {
    add(entry: Entry): void {
      newest = entry.change.revision;
      entries.set(newest, entry);
      if (entry.key !== undefined) keys.set(entry.key, newest);
      ranges += listed(entry.change);
      for (const [revision, { change, key }] of entries) {
        if (entries.size <= KEPT_CHANGES) break;
        entries.delete(revision);
        ranges -= listed(change);
        if (key !== undefined) keys.delete(key);
      }
      if (ranges > KEPT_RANGES) forgetLists();
    },
    at: (revision: number): Change | undefined => entries.get(revision)?.change,
    byKey(key: string): Change | undefined {
      const revision = keys.get(key);
      return revision === undefined ? undefined : entries.get(revision)?.change;
    },
    all: (): readonly Entry[] => [...entries.values()],
    /** Changes after a revision, oldest first. */
    after: (revision: number): readonly Change[] =>
      [...entries.values()].map(({ change }) => change).filter((change) => change.revision > revision),
  };
}

export type History = ReturnType<typeof createHistory>;
