import { useEffect, useRef } from 'preact/hooks';
import { useSession } from './session.tsx';

/** While somebody is signed in: calls `task` every `everyMs` while the tab is seen, and at once when it is seen again. */
export function usePoll(task: () => void, everyMs: number): void {
  const signedIn = useSession().standing === 'in';
  const latest = useRef(task);
  latest.current = task;
  useEffect(() => {
    if (!signedIn) return undefined;
    const run = (): void => {
      if (document.visibilityState === 'visible') latest.current();
    };
    const timer = setInterval(run, everyMs);
    document.addEventListener('visibilitychange', run);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', run);
    };
  }, [everyMs, signedIn]);
}
