import type { ScopeDetail } from '../../changes/change.ts';

/** Long lists that are kept, and ranges in them, after an admin has read one: pages of one list follow each other. */
const MOST = { lists: 8, ranges: 400_000 };
/** Shorter lists are read as fast as they are looked up. */
const LONG = 1000;
/** A list is kept for so long after it was read, so that one that another history has put in its place shows soon. */
const KEPT_MS = 10_000;

interface Kept {
  readonly record: string;
  readonly detail: ScopeDetail;
  readonly timer: NodeJS.Timeout;
}

/** Long lists as admins saw them last, each for as long as its scope's record (which has its revision) is the same. */
export function createKept() {
  const lists = new Map<string, Kept>();
  const drop = (scope: string): void => {
    clearTimeout(lists.get(scope)?.timer);
    lists.delete(scope);
  };
  const ranges = (): number => [...lists.values()].reduce((sum, { detail }) => sum + detail.ranges.length, 0);
  return {
    find(scope: string, record: string): ScopeDetail | undefined {
      const kept = lists.get(scope);
      return kept?.record === record ? kept.detail : undefined;
    },
    keep(scope: string, record: string, detail: ScopeDetail): void {
      drop(scope);
      if (detail.ranges.length < LONG || detail.ranges.length > MOST.ranges) return;
      const timer = setTimeout(drop, KEPT_MS, scope).unref();
      lists.set(scope, { record, detail, timer });
      for (const oldest of lists.keys()) {
        if (lists.size <= MOST.lists && ranges() <= MOST.ranges) return;
        drop(oldest);
      }
    },
  };
}

export type KeptLists = ReturnType<typeof createKept>;
