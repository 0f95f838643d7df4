import { createContext } from 'preact';
import type { ComponentChildren } from 'preact';
import { useCallback, useContext, useEffect, useMemo, useState } from 'preact/hooks';
import { closeSession, getMe } from '../api/calls.ts';
import { ApiError, listenSignedOut } from '../api/request.ts';
import type { Me, Problem } from '../api/types.ts';
import { clearDrafts } from './draft.ts';

/** Whether the gateway knows who is looking. `over`: it did, and no longer does. */
export type SessionState = 'loading' | 'in' | 'none' | 'over' | 'forbidden' | 'unreachable';

export interface Session {
  readonly standing: SessionState;
  readonly me: Me | undefined;
  /** The site's login page with the way back; absent on a door that has none. */
  readonly loginUrl: string | undefined;
  /** Why there is no session, in the gateway's words. */
  readonly why: string | undefined;
  /** Asks the gateway again who is looking. */
  readonly recheck: () => Promise<void>;
  /** Ends the session of this door, and forgets what was typed. */
  readonly signOut: () => Promise<void>;
}

const Context = createContext<Session>({
  standing: 'loading',
  me: undefined,
  loginUrl: undefined,
  why: undefined,
  recheck: async () => undefined,
  signOut: async () => undefined,
});

export const useSession = (): Session => useContext(Context);

/** True where the person may manage the platform's list and every bot's. */
export function useSuperAdmin(): boolean {
  return useSession().me?.superAdmin === true;
}

export function SessionProvider({ children }: { readonly children: ComponentChildren }) {
  const [state, setState] = useState<State>({ standing: 'loading' });
  const recheck = useCallback(async () => {
    try {
      const me = await getMe();
      setState((before) => ({ ...before, standing: 'in', me }));
    } catch (error) {
      setState((before) => refused(before, error));
    }
  }, []);
  const signOut = useCallback(async () => {
    await closeSession().catch(() => undefined);
    clearDrafts();
    setState({ standing: 'loading' });
    await recheck();
  }, []);
  useEffect(() => {
    listenSignedOut((problem) => setState((before) => over(before, problem)));
    void recheck();
  }, []);
  useRecheckWhenSeen(state.standing, recheck);
  const session = useMemo(
    () => ({
      standing: state.standing,
      me: state.me,
      why: state.why,
      loginUrl: state.loginUrl,
      recheck,
      signOut,
    }),
    [state],
  );
  return <Context.Provider value={session}>{children}</Context.Provider>;
}

interface State {
  readonly standing: SessionState;
  readonly me?: Me;
  readonly why?: string;
  readonly loginUrl?: string;
}

/** Whoever was in stays on their page, so that nothing typed is lost. */
function over(before: State, problem: Problem): State {
  const login = problem.login === undefined ? {} : { loginUrl: problem.login };
  return { ...before, ...login, standing: before.standing === 'in' ? 'over' : before.standing };
}

/** What a refused `GET /me` means. */
function refused(before: State, error: unknown): State {
  const why = error instanceof Error ? error.message : String(error);
  if (!(error instanceof ApiError)) return { ...before, why };
  const { status } = error;
  const next = { ...over(before, error.problem), why };
  if (before.me !== undefined)
    return { ...next, standing: status === 401 || status === 403 ? 'over' : before.standing };
  return { ...next, standing: status === 401 ? 'none' : status === 403 ? 'forbidden' : 'unreachable' };
}

/** A login in another tab is noticed as soon as this one is looked at again. */
function useRecheckWhenSeen(standing: SessionState, recheck: () => Promise<void>): void {
  useEffect(() => {
    if (standing === 'in' || standing === 'loading') return undefined;
    const look = (): void => {
      if (document.visibilityState === 'visible') void recheck();
    };
    addEventListener('focus', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      removeEventListener('focus', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, [standing, recheck]);
}
