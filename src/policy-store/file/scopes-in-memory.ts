import type { Scope } from '../../policy/reason.ts';
import { compiling } from '../../policy/whitelist.ts';
import type { CompactRange } from '../../policy/whitelist.ts';
import { OFF, compact, emptyRecord, settingsOf } from '../../changes/record.ts';
import type { Slicer } from '../slicer.ts';
import { sortRanges, sortedAfter, sorting } from '../../changes/sorted.ts';
import { StoreError } from '../store.ts';
import type { Change, Draft, RangeRecord, ScopeDetail, ScopeRecord } from '../../changes/change.ts';
import type { ScopeImage } from '../store.ts';

interface Stored {
  record: ScopeRecord;
  ranges: Map<string, RangeRecord>;
  /** As admins see them, once one has asked. */
  sorted?: readonly RangeRecord[] | undefined;
}

function* compacted(
  scope: Scope,
  ranges: readonly RangeRecord[],
  unreadable: { scope: string; why: string }[],
): Generator<CompactRange, void> {
  for (const range of ranges) {
    const read = compact(range);
    if (typeof read === 'string') unreadable.push({ scope, why: read });
    else yield read;
  }
}

/** Why a draft cannot be: the scope has moved on, or does not have what the draft says of it. */
function conflictOf({ record, ranges }: Stored, draft: Draft): StoreError | undefined {
  if (record.revision !== draft.expected) {
    return new StoreError('conflict', `${draft.scope} is at revision ${String(record.revision)} now`);
  }
  const gone = new Set(draft.removed.map(({ id }) => id));
  const missing = draft.removed.find(({ id }) => !ranges.has(id));
  const there = draft.added.find(({ id }) => ranges.has(id) && !gone.has(id));
  if (missing !== undefined) return new StoreError('conflict', `range ${missing.id} is not there any more`);
  return there && new StoreError('conflict', `range ${there.id} is there already`);
}

/** Sorts a scope's ranges, where they are not, without holding up anything; a change in between undoes it. */
async function sortSlowly(stored: ReadonlyMap<Scope, Stored>, scope: Scope, slicer: Slicer): Promise<void> {
  const entry = stored.get(scope);
  if (entry === undefined || entry.sorted !== undefined) return;
  const sorted = await slicer.run(sorting([...entry.ranges.values()]));
  if (stored.get(scope) === entry) entry.sorted = sorted;
}

/** Every scope in memory, as the file store has read or written it. */
export function createState() {
  const stored = new Map<Scope, Stored>();

  const of = (scope: Scope): Stored => stored.get(scope) ?? { record: emptyRecord(scope), ranges: new Map() };

  return {
    refusal: (draft: Draft): StoreError | undefined => conflictOf(of(draft.scope), draft),
    apply(change: Change): void {
      const { scope, settings, removed, added, revision } = change;
      const { record, ranges, sorted } = of(scope);
      for (const { id } of removed) ranges.delete(id);
      for (const range of added) ranges.set(range.id, range);
      const after = settings?.after ?? settingsOf(record);
      const kept = sorted && sortedAfter(sorted, removed, added);
      stored.set(scope, { record: { scope, ...after, revision, ranges: ranges.size }, ranges, sorted: kept });
    },
    /** Takes a scope from a snapshot. */
    restore(record: ScopeRecord): void {
      stored.set(record.scope, { record, ranges: new Map() });
    },
    /** Takes more ranges of a restored scope. */
    restoreRanges(scope: Scope, ranges: readonly RangeRecord[]): void {
      const entry = of(scope);
      for (const range of ranges) entry.ranges.set(range.id, range);
      entry.sorted = undefined;
    },
    scopes: (): ScopeRecord[] => [...stored.values()].map(({ record }) => record),
    sort: (scope: Scope, slicer: Slicer): Promise<void> => sortSlowly(stored, scope, slicer),
    scope(scope: Scope): ScopeDetail {
      const entry = of(scope);
      entry.sorted ??= sortRanges(entry.ranges.values());
      return { record: entry.record, ranges: entry.sorted };
    },
    /** Every scope's ranges as they are now, in no order; later changes do not show. */
    copy: (): { record: ScopeRecord; ranges: readonly RangeRecord[] }[] =>
      [...stored.values()].map(({ record, ranges }) => ({ record, ranges: [...ranges.values()] })),
  };
}

export type State = ReturnType<typeof createState>;

/** What gateways need of every scope; parsed while it is read. */
export function* imagesOf(
  copy: ReturnType<State['copy']>,
  unreadable: { scope: string; why: string }[],
): Generator<ScopeImage, void> {
  for (const { record, ranges } of copy) {
    const settings = record.revision === 0 ? OFF : settingsOf(record);
    yield {
      scope: record.scope,
      settings,
      compile: () => compiling(compacted(record.scope, ranges, unreadable)),
    };
  }
}
