import { createHash } from 'node:crypto';
import { changeOf } from '../changes/log-entry.ts';
import type { Change, Draft, Position, RangeRecord } from '../changes/change.ts';
import { rangeText } from './redis/stored-range.ts';
import type { Slicer } from './slicer.ts';

/**
 * A change's id is the SHA-256 of all that it says and of the id before it, so that the log of changes is a chain: what
 * was changed in it is another one from there on. Lists of ranges have a hash of their own, since they are forgotten
 * sooner than the change.
 */
export function linked(draft: Draft, before: Position, listsHash: string | undefined): Change {
  const change = { ...changeOf(draft, before, ''), ...(listsHash !== undefined && { listsHash }) };
  return { ...change, changeId: changeIdOf(change) };
}

/** The id that a change must have. */
export function changeIdOf(change: Change): string {
  const { revision, previousId, scope, at, by, from, settings, revocations, reverts } = change;
  const { removedCount, addedCount, listsHash } = change;
  const said = [previousId, revision, scope, at, by, from, settings, revocations, reverts];
  const text = JSON.stringify([...said, removedCount, addedCount, listsHash], inOrder);
  return createHash('sha256').update(text).digest('hex');
}

/** Changes of older versions have shorter ids, which say nothing of what they are of. */
export function isLinked({ changeId }: Position): boolean {
  return /^[0-9a-f]{64}$/.test(changeId);
}

/** The hash of a change's ranges; undefined where it has none. */
export async function listsHashOf(
  { removed, added }: Pick<Draft, 'removed' | 'added'>,
  slicer: Slicer,
): Promise<string | undefined> {
  if (removed.length + added.length === 0) return undefined;
  const hash = createHash('sha256');
  for (const list of [removed, added]) {
    for (const range of list) {
      hash.update(lineOf(range));
      await slicer.pause();
    }
    hash.update('\n');
  }
  return hash.digest('hex');
}

/** As Redis holds a range, whose texts are what is left of one in either store. */
function lineOf(range: RangeRecord): string {
  return `${range.id} ${rangeText(range)}\n`;
}

/** Members by name: stores keep their order or do not. */
function inOrder(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
