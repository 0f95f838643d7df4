import type { Change, Position } from '../changes/change.ts';
import { changeIdOf, isLinked, listsHashOf } from './change-id.ts';
import { createSlicer } from './slicer.ts';
import type { Store } from './store.ts';

/** What the log of changes says of itself. */
export interface ChangesVerified {
  readonly changes: number;
  /** Of the oldest change that is kept, and of the newest. */
  readonly firstRevision: number;
  readonly lastRevision: number;
  /** Made by a version that did not link them; nothing can be said of these. */
  readonly unlinked: number;
  /** The first change that was changed, or that is missing. */
  readonly broken?: { readonly revision: number; readonly why: 'changed' | 'missing' };
}

const PAGE = 200;

/** Where changes stood, as somebody else has it. */
export type Attested = ReadonlyMap<number, string>;

/**
 * Follows the log of changes from the newest to the oldest, and finds the oldest that is not what it was. `attested`:
 * ids by revision, from signed digests. Rejects with `StoreError` where the store cannot be read.
 */
export async function verifyChanges(
  store: Pick<Store, 'changes' | 'changeAt'>,
  attested: Attested,
): Promise<ChangesVerified> {
  const slicer = createSlicer();
  const highest = Math.max(0, ...attested.keys());
  let state: Walk = { changes: 0, firstRevision: 0, lastRevision: 0, unlinked: 0 };
  for (;;) {
    const before = state.next === undefined ? {} : { before: state.next.revision };
    const page = await store.changes({ ...before, limit: PAGE });
    for (const change of page) {
      const whole = change.truncated === true ? ((await store.changeAt(change.revision)) ?? change) : change;
      const listsHash = whole.truncated === true ? whole.listsHash : await listsHashOf(whole, slicer);
      state = follow(state, whole, listsHash, attested);
      await slicer.pause();
    }
    if (page.length < PAGE) break;
  }
  const { next: _next, ...verified } = state;
  const isCut = highest > verified.lastRevision && verified.broken === undefined;
  return isCut ? { ...verified, broken: { revision: verified.lastRevision + 1, why: 'missing' } } : verified;
}

/** `next`: the change after the one that is looked at. */
type Walk = ChangesVerified & { readonly next?: Pick<Change, 'revision' | 'previousId' | 'changeId'> };

function follow(walk: Walk, change: Change, listsHash: string | undefined, attested: Attested): Walk {
  const { revision } = change;
  const isOld = !isLinked(change);
  const state: Walk = {
    ...walk,
    ...{ changes: walk.changes + 1, firstRevision: revision, next: change },
    lastRevision: Math.max(walk.lastRevision, revision),
    unlinked: walk.unlinked + Number(isOld),
  };
  const { next } = walk;
  const isGone = next !== undefined && next.previousId !== change.changeId;
  const told = attested.get(revision);
  const isOther =
    (!isOld && (changeIdOf(change) !== change.changeId || listsHash !== change.listsHash)) ||
    (told !== undefined && told !== change.changeId);
  if (isOther) return { ...state, broken: { revision, why: 'changed' } };
  // Where no number is left between the two, the one that is here is not the one that was.
  const isHole = isGone && next.revision > revision + 1;
  if (isGone)
    return {
      ...state,
      broken: { revision: isHole ? revision + 1 : revision, why: isHole ? 'missing' : 'changed' },
    };
  return state;
}

/** The positions that digests tell of, by revision. */
export function attestedChanges(positions: readonly (Position | undefined)[]): Attested {
  return new Map(positions.flatMap((one) => (one && one.revision > 0 ? [[one.revision, one.changeId]] : [])));
}
