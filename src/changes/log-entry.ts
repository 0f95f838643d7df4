import type { Change, Draft, Position } from './change.ts';

/** Where an empty store stands. */
export const START: Position = { revision: 0, changeId: '' };

/** A draft as the change that follows `before`. */
export function changeOf(draft: Draft, before: Position, changeId: string): Change {
  const { scope, at, by, from, settings, removed, added, revocations, reverts, reason } = draft;
  return {
    revision: before.revision + 1,
    changeId,
    previousId: before.changeId,
    scope,
    at,
    by,
    ...(from === undefined ? {} : { from }),
    ...(settings === undefined ? {} : { settings }),
    removed,
    added,
    ...(revocations === undefined ? {} : { revocations }),
    ...(reverts === undefined ? {} : { reverts }),
    ...(reason === undefined ? {} : { reason }),
    removedCount: (revocations ?? draft).removed.length,
    addedCount: (revocations ?? draft).added.length,
  };
}

/** Above this many ranges a change's lists are left out of listings. */
export const LONG = 1000;

/** Ranges in a change's lists. */
export const lengthOf = (change: Change): number => change.removed.length + change.added.length;

/** The change without its lists. */
export function withoutLists(change: Change): Change {
  return { ...change, removed: [], added: [], truncated: true };
}

/** The change as listings show it: long lists are left out. */
export function shortened(change: Change): Change {
  return lengthOf(change) > LONG ? withoutLists(change) : change;
}
