import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { getChanges } from '../api/calls.ts';
import type { Change, Scope } from '../api/types.ts';
import { useGateways } from './gateways.tsx';

const perPage = 50;

interface Log {
  readonly changes: readonly Change[];
  readonly next: string | undefined;
  readonly loading: boolean;
  readonly error: unknown;
}

const empty: Log = { changes: [], next: undefined, loading: true, error: undefined };

/** The change log, newest first, read page by page as asked. */
export function useChangeLog(scope: Scope | undefined) {
  const [log, setLog] = useState<Log>(empty);
  const { note } = useGateways();
  const turn = useRef(0);
  const read = useCallback(
    async (before: Log) => {
      const mine = ++turn.current;
      setLog({ ...before, loading: true });
      try {
        const page = await getChanges({ scope, after: before.next, limit: perPage });
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
    [scope],
  );
  const reload = useCallback(() => void read(empty), [read]);
  useEffect(reload, [reload]);
  const more = log.next === undefined ? undefined : () => (log.loading ? undefined : void read(log));
  return { changes: log.changes, loading: log.loading, error: log.error, more, reload };
}
