import { createContext } from 'preact';
import type { ComponentChildren } from 'preact';
import { useCallback, useContext, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { getReplicas } from '../api/calls.ts';
import { ApiError } from '../api/request.ts';
import type { Live, ReplicaStatus, ChangeReceipt } from '../api/types.ts';
import { usePoll } from './poll.ts';
import { useSession } from './session.tsx';

export interface Gateways {
  /** The newest revision that this page has seen. */
  readonly revision: number;
  /** Known to a super admin only. */
  readonly replicas: readonly ReplicaStatus[] | undefined;
  /** What the last write's answer said. */
  readonly lastLive: Live | undefined;
  /** True while this gateway cannot be asked: what was known is no longer certain. */
  readonly silent: boolean;
  /** What the store is while it is not up. */
  readonly trouble: 'degraded' | 'down' | undefined;
  /** A read went wrong: who is not asked on how many gateways a change is live hears of trouble by it. */
  readonly missed: (error: unknown) => void;
  /** Takes note of an answer's revision, and of where it is live. */
  readonly note: (seen: { readonly revision: number; readonly live?: Live }) => void;
}

const Context = createContext<Gateways>({
  revision: 0,
  replicas: undefined,
  lastLive: undefined,
  silent: false,
  trouble: undefined,
  missed: () => undefined,
  note: () => undefined,
});

export const useGateways = (): Gateways => useContext(Context);

/** Follows on how many gateways the newest change is live, and keeps asking while it is not on all. */
export function GatewaysProvider({ children }: { readonly children: ComponentChildren }) {
  const { standing, me } = useSession();
  const [seen, setSeen] = useState<{ revision: number; live?: Live }>({ revision: 0 });
  const [replicas, setReplicas] = useState<readonly ReplicaStatus[]>();
  const [trouble, setTrouble] = useState<Gateways['trouble']>();
  const [silent, setSilent] = useState(false);
  const may = standing === 'in' && me?.superAdmin === true;
  const ask = useAsking(may, setSilent, (answer) => {
    setReplicas(answer.replicas);
    const state = answer.store?.state ?? 'up';
    setTrouble(state === 'up' ? undefined : state);
  });
  const note = useCallback(
    (next: { readonly revision: number; readonly live?: Live }) => {
      setSeen((before) => newest(before, next));
      if (!may) setSilent(false);
    },
    [may],
  );
  const missed = useCallback(
    (error: unknown) => {
      if (!may) setSilent(isUnreached(error));
    },
    [may],
  );
  useEffect(ask, [ask, seen]);
  usePoll(ask, silent || isLagging(replicas, seen.revision) ? 2_000 : 5_000);
  const value = useMemo(
    () => ({ revision: seen.revision, replicas, lastLive: seen.live, silent, trouble, missed, note }),
    [seen, replicas, silent, trouble, missed, note],
  );
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

/** Asks on how many gateways it is live, one call at a time. */
function useAsking(
  may: boolean,
  setSilent: (silent: boolean) => void,
  take: (answer: Awaited<ReturnType<typeof getReplicas>>) => void,
): () => void {
  const asking = useRef(false);
  return useCallback(() => {
    if (!may || asking.current) return;
    asking.current = true;
    getReplicas()
      .then((answer) => {
        take(answer);
        setSilent(false);
      })
      .catch((error: unknown) => setSilent(isUnreached(error)))
      .finally(() => (asking.current = false));
  }, [may]);
}

type Seen = { readonly revision: number; readonly live?: Live };

function newest(before: Seen, next: Pick<ChangeReceipt, 'revision'> & { readonly live?: Live }): Seen {
  if (next.live !== undefined) return { revision: Math.max(before.revision, next.revision), live: next.live };
  return next.revision > before.revision ? { ...before, revision: next.revision } : before;
}

/** No answer at all, or that the store cannot be reached: nobody knows what the others serve. */
function isUnreached(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status >= 500);
}

function isLagging(replicas: readonly ReplicaStatus[] | undefined, revision: number): boolean {
  return replicas?.some((replica) => replica.revision < revision) === true;
}

/** On how many gateways the newest revision is served, in the words of the documents; undefined while unknown. */
export function liveness(gateways: Gateways): { readonly live: number; readonly of: number } | undefined {
  const { replicas, revision, lastLive } = gateways;
  if (replicas !== undefined && replicas.length > 0) {
    return { live: replicas.filter((replica) => replica.revision >= revision).length, of: replicas.length };
  }
  return lastLive === undefined ? undefined : { live: lastLive.replicas, of: lastLive.of };
}
