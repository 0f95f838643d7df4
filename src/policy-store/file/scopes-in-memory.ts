import type { Scope } from '../../policy/reason.ts';
import { compiling } from '../../policy/whitelist.ts';
import type { CompactRange } from '../../policy/whitelist.ts';
import { OFF, compact, emptyRecord, settingsOf } from '../../changes/record.ts';
import type { Slicer } from '../slicer.ts';
import { sortRanges, sortedAfter, sorting } from '../../changes/sorted.ts';
import { StoreError } from '../store.ts';
import type { Revocation } from '../../policy/revocation.ts';
import type {
  Change,
  Draft,
  RangeRecord,
  RevocationRecord,
  ScopeDetail,
  ScopeRecord,
} from '../../changes/change.ts';
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

/** A scope after a change of it. */
function after({ record, ranges, sorted }: Stored, change: Change, scope: Scope): Stored {
  const { settings, removed, added, revision } = change;
  for (const { id } of removed) ranges.delete(id);
  for (const range of added) ranges.set(range.id, range);
  const state = settings?.after ?? settingsOf(record);
  const kept = sorted && sortedAfter(sorted, removed, added);
  return { record: { scope, ...state, revision, ranges: ranges.size }, ranges, sorted: kept };
}

/** Sorts a scope's ranges, where they are not, without holding up anything; a change in between undoes it. */
async function sortSlowly(stored: ReadonlyMap<Scope, Stored>, scope: Scope, slicer: Slicer): Promise<void> {
  const entry = stored.get(scope);
  if (entry === undefined || entry.sorted !== undefined) return;
  const sorted = await slicer.run(sorting([...entry.ranges.values()]));
  if (stored.get(scope) === entry) entry.sorted = sorted;
}

/** What was taken back, in memory. */
function createRevocations() {
  const entries = new Map<string, Revocation>();
  let revision = 0;
  return {
    refusal({ expected, revocations }: Draft): StoreError | undefined {
      if (revision !== expected)
        return new StoreError('conflict', `revocations are at revision ${String(revision)} now`);
      const missing = revocations?.removed.find(({ id }) => !entries.has(id));
      return missing && new StoreError('conflict', `revocation ${missing.id} is not there any more`);
    },
    apply({ revocations: lists, revision: at }: Change): void {
      for (const { id } of lists?.removed ?? []) entries.delete(id);
      for (const one of lists?.added ?? []) entries.set(one.id, one);
      revision = at;
    },
    /** Takes a part of what a snapshot says was taken back. */
    restore(some: readonly Revocation[], at: number): void {
      for (const one of some) entries.set(one.id, one);
      revision = at;
    },
    record: (): RevocationRecord => ({ revision, entries: [...entries.values()] }),
  };
}

/** Every scope in memory, as the file store has read or written it. */
export function createState() {
  const revocations = createRevocations();
  const stored = new Map<Scope, Stored>();

  const of = (scope: Scope): Stored => stored.get(scope) ?? { record: emptyRecord(scope), ranges: new Map() };

  return {
    refusal: (draft: Draft): StoreError | undefined =>
      draft.scope === 'revocations' ? revocations.refusal(draft) : conflictOf(of(draft.scope), draft),
    revocations,
    apply(change: Change): void {
      if (change.scope === 'revocations') revocations.apply(change);
      else stored.set(change.scope, after(of(change.scope), change, change.scope));
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

export type ScopesInMemory = ReturnType<typeof createState>;

/** What gateways need of every scope; parsed while it is read. */
export function* imagesOf(
  copy: ReturnType<ScopesInMemory['copy']>,
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
