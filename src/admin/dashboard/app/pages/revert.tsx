import { useState } from 'preact/hooks';
import { foreseeRevert, revertChange } from '../api/calls.ts';
import type { Change } from '../api/types.ts';
import { Confirm } from '../parts/dialog.tsx';
import { Says } from '../parts/foreseen.tsx';
import { Failure, failureText, Message } from '../parts/message.tsx';
import { TrialBox } from '../parts/trial-box.tsx';
import { describeChange } from '../ranges/describe.ts';
import { useGateways } from '../state/gateways.tsx';
import { useForeseen, type Foreseeing } from '../state/forecast.ts';
import { useNotices } from '../state/notice.tsx';
import { saidOf, useTrial } from '../state/trial.ts';

interface RevertProps {
  readonly change: Change;
  readonly onReverted: () => void;
}

/** Undoes one change of the log, as a new change. */
export function RevertChange({ change, onReverted }: RevertProps) {
  const [asking, setAsking] = useState(false);
  const stop = (): void => setAsking(false);
  return (
    <>
      <button type="button" class="small" onClick={() => setAsking(true)}>
        Undo <span class="unseen">revision {change.revision}</span>
      </button>
      {asking ? <AskRevert change={change} onReverted={onReverted} onClose={stop} /> : null}
    </>
  );
}

function AskRevert({ change, onReverted, onClose }: RevertProps & { readonly onClose: () => void }) {
  const found = useForeseen(() => foreseeRevert(change.revision), []);
  const { busy, error, trial, revert } = useRevert(change, () => {
    onClose();
    onReverted();
  });
  return (
    <Confirm
      title={`Undo change ${change.revision}?`}
      yes="Undo it"
      busy={busy}
      danger={false}
      onYes={() => void revert()}
      onNo={onClose}
    >
      <p>What it did is taken back, as a new change. Changes made since are kept:</p>
      <ul>
        {describeChange(change).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <Undoing found={found} />
      <TrialBox trial={trial} />
      <Failure error={error} />
    </Confirm>
  );
}

/** Whom it would meet; or what is in its way. */
function Undoing({ found }: { readonly found: Foreseeing }) {
  const { forecast, error, isDone } = found;
  return (
    <div class="foreseen" role="status" aria-busy={!isDone}>
      {forecast === undefined && !isDone ? <p class="hint">Looking what it would change…</p> : null}
      {forecast === undefined ? null : <Says found={found} />}
      {error === undefined || forecast !== undefined ? null : (
        <Message tone="warn">{failureText(error)}</Message>
      )}
    </div>
  );
}

function useRevert(change: Change, onDone: () => void) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const trial = useTrial();
  const { say } = useNotices();
  const { note } = useGateways();
  const revert = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const written = await revertChange(change.revision, trial.ways);
      note(written);
      const undo = { revision: written.revision, done: onDone };
      say({ text: saidOf(`Change ${change.revision} is undone.`, written), tone: 'ok', undo });
      onDone();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return { busy, error, trial, revert };
}
