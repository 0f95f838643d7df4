import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { getChanges } from '../api/calls.ts';
import type { Change, Scope } from '../api/types.ts';
import { useGateways } from './gateways.tsx';

const perPage = 50;

/** What kind of change it was, as the gateway tells them apart. */
export type ChangeKind = 'added' | 'deleted' | 'edited' | 'switched' | 'settings' | 'undo';

export interface ChangeFilter {
  readonly kind: ChangeKind | 'any';
  readonly by: string;
  readonly text: string;
  /** Days, as a date input has them; both included. */
  readonly since: string;
  readonly until: string;
}

export const noFilter: ChangeFilter = { kind: 'any', by: '', text: '', since: '', until: '' };

function asked({ kind, by, text, since, until }: ChangeFilter) {
  return {
    q: text.trim(),
    by: by.trim(),
    kind: kind === 'any' ? undefined : kind,
    from: startOf(since, 0),
    to: startOf(until, 1),
  };
}

/** When a day begins here, or the one after it. */
function startOf(day: string, daysLater: number): string | undefined {
  const start = new Date(`${day}T00:00`);
  start.setDate(start.getDate() + daysLater);
  return Number.isNaN(start.getTime()) ? undefined : start.toISOString();
}

interface Log {
  readonly changes: readonly Change[];
  readonly next: string | undefined;
  readonly loading: boolean;
  readonly error: unknown;
}

const empty: Log = { changes: [], next: undefined, loading: true, error: undefined };

/** One call looks through so many changes only: a search goes on until it finds one. */
async function searchOn(
  search: Parameters<typeof getChanges>[0],
  after: string | undefined,
  isWanted: () => boolean,
): ReturnType<typeof getChanges> {
  let page = await getChanges({ ...search, after });
  while (page.changes.length === 0 && page.next !== undefined && isWanted())
    page = await getChanges({ ...search, after: page.next });
  return page;
}

/** The change log, newest first, searched by the gateway, and read page by page as asked. */
export function useChangeLog(scope: Scope | undefined, filter: ChangeFilter) {
  const query = JSON.stringify(asked(filter));
  const [log, setLog] = useState<Log>(empty);
  const { note, revision } = useGateways();
  const turn = useRef(0);
  const read = useCallback(
    async (before: Log) => {
      const mine = ++turn.current;
      setLog({ ...before, loading: true });
      try {
        const search = { scope, limit: perPage, ...(JSON.parse(query) as ReturnType<typeof asked>) };
        const page = await searchOn(search, before.next, () => mine === turn.current);
        if (mine !== turn.current) return;
        setLog({
          ...before,
          changes: [...before.changes, ...page.changes],
          next: page.next,
          loading: false,
          error: undefined,
        });
        const newest = page.changes[0]?.revision;
        if (newest !== undefined) note({ revision: newest });
      } catch (error) {
        if (mine === turn.current) setLog({ ...before, loading: false, error });
      }
    },
    [scope, query],
  );
  const reload = useCallback(() => void read(empty), [read]);
  // A change made in the bar of trials is one of the log, too.
  const shown = log.changes[0]?.revision ?? Infinity;
  useEffect(() => (revision > shown ? reload() : undefined), [revision]);
  // Not for every letter that is typed.
  useEffect(() => {
    const timer = setTimeout(reload, 200);
    return () => clearTimeout(timer);
  }, [reload]);
  const more = log.next === undefined ? undefined : () => (log.loading ? undefined : void read(log));
  return { changes: log.changes, loading: log.loading, error: log.error, more, reload };
}
