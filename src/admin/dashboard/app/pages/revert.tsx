import { useState } from 'preact/hooks';
import { revertChange } from '../api/calls.ts';
import type { Change } from '../api/types.ts';
import { Confirm } from '../parts/dialog.tsx';
import { Failure } from '../parts/message.tsx';
import { describeChange } from '../ranges/describe.ts';
import { useGateways } from '../state/gateways.tsx';
import { useNotices } from '../state/notice.tsx';

/** Undoes one change of the log, as a new change. */
export function RevertChange({
  change,
  onReverted,
}: {
  readonly change: Change;
  readonly onReverted: () => void;
}) {
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const { say } = useNotices();
  const { note } = useGateways();
  const revert = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const written = await revertChange(change.revision);
      note(written);
      say({
        text: `Change ${change.revision} is undone.`,
        tone: 'ok',
        undo: { revision: written.revision, done: onReverted },
      });
      setAsking(false);
      onReverted();
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  };
  return (
    <>
      <button type="button" class="small" onClick={() => setAsking(true)}>
        Undo <span class="unseen">revision {change.revision}</span>
      </button>
      {asking ? (
        <Confirm
          title={`Undo change ${change.revision}?`}
          yes="Undo it"
          busy={busy}
          danger={false}
          onYes={() => void revert()}
          onNo={() => setAsking(false)}
        >
          <p>What it did is taken back, as a new change. Changes made since are kept:</p>
          <ul>
            {describeChange(change).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
          <Failure error={error} />
        </Confirm>
      ) : null}
    </>
  );
}
