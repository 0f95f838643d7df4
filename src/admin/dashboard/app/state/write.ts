import { useCallback, useState } from 'preact/hooks';
import { getChanges, type WriteWays } from '../api/calls.ts';
import { ApiError } from '../api/request.ts';
import type { Change, Scope, WhitelistPage, ChangeReceipt } from '../api/types.ts';
import { useGateways } from './gateways.tsx';
import { useNotices } from './notice.tsx';
import { saidOf, useTrial, type TrialChoice } from './trial.ts';

export interface Writing {
  readonly busy: boolean;
  readonly error: unknown;
  /** What others changed meanwhile; set where the gateway refused because the list has moved on. */
  readonly conflict: readonly Change[] | undefined;
  readonly trial: TrialChoice;
  /** True where it was done. The task is told the revision that was seen, and whether the change is on trial. */
  readonly run: (task: (ways: WriteWays) => Promise<ChangeReceipt>, done: WriteNotice) => Promise<boolean>;
  readonly reset: () => void;
}

export interface WriteNotice {
  readonly text: string;
  /** The control that had the focus goes away with the change: its dialog is closed first. */
  readonly close?: () => void;
}

interface WriteState {
  readonly busy: boolean;
  readonly error?: unknown;
  readonly conflict?: readonly Change[];
}

/** Changes one scope: on what it saw only, said when done, with undo; a refused one leaves all that was typed. */
export function useWriting(
  scope: Scope,
  seen: number | undefined,
  reload: (written?: number) => Promise<WhitelistPage | undefined>,
): Writing {
  const [outcome, setOutcome] = useState<WriteState>({ busy: false });
  const { note } = useGateways();
  const { say } = useNotices();
  const trial = useTrial();
  const run = useCallback(
    async (task: (ways: WriteWays) => Promise<ChangeReceipt>, done: WriteNotice) => {
      if (seen === undefined) return false;
      setOutcome({ busy: true });
      try {
        const written = await task({ ifMatch: seen, ...trial.ways });
        note(written);
        const undo = { revision: written.revision, done: () => void reload() };
        done.close?.();
        say({ text: saidOf(done.text, written), tone: 'ok', undo, takeFocus: done.close !== undefined });
        setOutcome({ busy: false });
        trial.choose(false);
        // A long list takes a while to read: the next change must not be taken for one that missed this.
        await reload(written.revision);
        return true;
      } catch (error) {
        // The list first: what is told then is what stands on the page.
        if (error instanceof ApiError && (error.status === 412 || error.status === 404)) await reload();
        setOutcome({ busy: false, ...(await explained(scope, seen, error)) });
        return false;
      }
    },
    [scope, seen, reload, trial.isOn],
  );
  const reset = useCallback(() => setOutcome({ busy: false }), []);
  return { busy: outcome.busy, error: outcome.error, conflict: outcome.conflict, trial, run, reset };
}

async function explained(scope: Scope, seen: number, error: unknown): Promise<Omit<WriteState, 'busy'>> {
  if (!(error instanceof ApiError) || error.status !== 412) return { error };
  try {
    const { changes } = await getChanges({ scope, limit: 20 });
    return { conflict: changes.filter((change) => change.revision > seen) };
  } catch {
    return { conflict: [] };
  }
}
