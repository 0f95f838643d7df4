import { useState } from 'preact/hooks';
import { foreseeRestore, restoreList } from '../api/calls.ts';
import type { Change, Comparison, Scope } from '../api/types.ts';
import { Confirm } from '../parts/dialog.tsx';
import { Says } from '../parts/foreseen.tsx';
import { Failure } from '../parts/message.tsx';
import { When } from '../parts/time.tsx';
import { TrialBox } from '../parts/trial-box.tsx';
import { scopeName } from '../routes.ts';
import { useGateways } from '../state/gateways.tsx';
import { useForeseen } from '../state/forecast.ts';
import { useNotices } from '../state/notice.tsx';
import { saidOf, useTrial } from '../state/trial.ts';
import { Difference } from './compare.tsx';

interface BringBackProps {
  readonly change: Change & { readonly scope: Scope };
  readonly onDone: () => void;
}

/** Brings a list back to how it was after a change, as a new change. */
export function BringBack(props: BringBackProps) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <button type="button" class="small" onClick={() => setAsking(true)}>
        Bring back <span class="unseen">the list as it was after revision {props.change.revision}</span>
      </button>
      {asking ? <AskBringBack {...props} onClose={() => setAsking(false)} /> : null}
    </>
  );
}

function AskBringBack({ change, onDone, onClose }: BringBackProps & { readonly onClose: () => void }) {
  const { scope, at, revision } = change;
  const found = useForeseen<Comparison>(() => foreseeRestore(scope, at), []);
  const { answer, forecast, error } = found;
  const { busy, failure, trial, restore } = useRestore(change, () => {
    onClose();
    onDone();
  });
  return (
    <Confirm
      title={`Bring ${scopeName(scope)} back?`}
      yes="Bring it back"
      busy={busy || answer === undefined}
      danger={false}
      onYes={() => void restore()}
      onNo={onClose}
    >
      <p>
        The list and its settings become what they were after change {revision}, <When at={at} />. You can
        undo this. The change log will say:
      </p>
      <div role="status" class="foreseen" aria-busy={!found.isDone}>
        {answer === undefined && error === undefined ? <p class="hint">Looking…</p> : null}
        {answer === undefined ? null : <Difference found={answer} />}
        {forecast === undefined ? null : <Says found={found} />}
      </div>
      <TrialBox trial={trial} />
      <Failure error={failure ?? (forecast === undefined ? error : undefined)} />
    </Confirm>
  );
}

function useRestore({ scope, at, revision }: BringBackProps['change'], onDone: () => void) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const trial = useTrial();
  const { say } = useNotices();
  const { note } = useGateways();
  const restore = async (): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    try {
      const written = await restoreList(scope, at, trial.ways);
      note(written);
      const undo = { revision: written.revision, done: onDone };
      const text = saidOf(`${scopeName(scope)} is as it was after change ${revision}.`, written);
      say({ text, tone: 'ok', undo });
      onDone();
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  };
  return { busy, failure, trial, restore };
}
