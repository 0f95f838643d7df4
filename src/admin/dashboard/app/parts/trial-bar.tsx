import { useEffect, useState } from 'preact/hooks';
import { confirmChange, getTrials, revertChange } from '../api/calls.ts';
import type { ChangeReceipt, TrialList } from '../api/types.ts';
import { hrefOf, scopeName } from '../routes.ts';
import { useGateways } from '../state/gateways.tsx';
import { useLoad } from '../state/load.ts';
import { useNotices } from '../state/notice.tsx';
import { usePoll } from '../state/poll.ts';
import { failureText, Message } from './message.tsx';
import { amount } from './time.tsx';

type Trial = TrialList['trials'][number];

const everyMs = 5_000;

/** Changes that are taken back by themselves: how long they have, and what to do about it; on every page. */
export function TrialBar() {
  const { value, reload } = useLoad(async () => ({ ...(await getTrials()), readMs: Date.now() }), []);
  usePoll(() => void reload(), everyMs);
  const { revision } = useGateways();
  // A change made here is known at once.
  useEffect(() => void reload(), [revision]);
  const trials = value?.trials ?? [];
  if (value === undefined || trials.length === 0) return null;
  return (
    <section class="trials" aria-label="On trial">
      {trials.map((trial) => (
        <OneTrial
          key={trial.revision}
          trial={trial}
          endsMs={value.readMs + trial.secondsLeft * 1_000}
          onEnded={() => void reload()}
        />
      ))}
    </section>
  );
}

interface OneTrialProps {
  readonly trial: Trial;
  /** By the clock of this browser. */
  readonly endsMs: number;
  readonly onEnded: () => void;
}

function OneTrial({ trial, endsMs, onEnded }: OneTrialProps) {
  const { busy, end } = useEnding(trial, onEnded);
  const { revision, scope, by, why } = trial;
  return (
    <Message tone="warn">
      <p>
        {scope === 'revocations' ? (
          'Revocations'
        ) : (
          <a href={hrefOf({ page: 'whitelist', scope })}>{scopeName(scope)}</a>
        )}
        : change {amount(revision)} by {by} is on trial. Unless it is kept, it is taken back in{' '}
        <Left endsMs={endsMs} />.
      </p>
      {why === undefined ? null : <p class="hint">{why}</p>}
      <div class="actions">
        {why === undefined ? (
          <button
            type="button"
            class="small strong"
            aria-disabled={busy}
            onClick={() => void end(confirmChange, `Change ${revision} stays.`)}
          >
            Keep it <span class="unseen">change {revision}</span>
          </button>
        ) : null}
        <button
          type="button"
          class="small"
          aria-disabled={busy}
          onClick={() => void end(revertChange, `Change ${revision} is taken back.`)}
        >
          Take it back <span class="unseen">change {revision}</span>
        </button>
      </div>
    </Message>
  );
}

/** It is not read out at each second. */
function Left({ endsMs }: { readonly endsMs: number }) {
  const [nowMs, setNowMs] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.round((endsMs - nowMs) / 1_000));
  const rest = String(seconds % 60).padStart(2, '0');
  return (
    <span role="timer" aria-live="off">
      {Math.floor(seconds / 60)}:{rest}
    </span>
  );
}

function useEnding({ revision }: Trial, onEnded: () => void) {
  const [busy, setBusy] = useState(false);
  const { say } = useNotices();
  const { note } = useGateways();
  const end = async (task: (revision: number) => Promise<ChangeReceipt>, text: string): Promise<void> => {
    if (busy) return;
    setBusy(true);
    try {
      note(await task(revision));
      say({ text, tone: 'ok', takeFocus: true });
    } catch (error) {
      say({ text: failureText(error), tone: 'bad' });
    }
    setBusy(false);
    onEnded();
  };
  return { busy, end };
}
