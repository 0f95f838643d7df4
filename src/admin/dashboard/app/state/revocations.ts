import { useCallback, useState } from 'preact/hooks';
import { getRevocations } from '../api/calls.ts';
import type { Revocations, ChangeReceipt } from '../api/types.ts';
import { useGateways } from './gateways.tsx';
import { useLoad } from './load.ts';
import { useNotices } from './notice.tsx';

export interface RevocationList {
  readonly value: Revocations | undefined;
  readonly error: unknown;
  readonly busy: boolean;
  /** Does it, says so, and reads the list again. */
  readonly run: (
    task: () => Promise<ChangeReceipt>,
    done: { readonly text: string; readonly close: () => void },
  ) => Promise<void>;
}

/** What was taken back: of one person, or of all. */
export function useRevocations(of: { readonly issuer?: string; readonly subject?: string }): RevocationList {
  const { issuer, subject } = of;
  const { value, error, reload } = useLoad(() => getRevocations({ issuer, subject }), [issuer, subject]);
  const [outcome, setOutcome] = useState<{ readonly busy: boolean; readonly error?: unknown }>({
    busy: false,
  });
  const { note } = useGateways();
  const { say } = useNotices();
  const run = useCallback<RevocationList['run']>(
    async (task, { text, close }) => {
      setOutcome({ busy: true });
      try {
        note(await task());
        close();
        say({ text, tone: 'ok', takeFocus: true });
        setOutcome({ busy: false });
        await reload();
      } catch (failure) {
        setOutcome({ busy: false, error: failure });
      }
    },
    [reload],
  );
  return { value, error: outcome.error ?? error, busy: outcome.busy, run };
}
