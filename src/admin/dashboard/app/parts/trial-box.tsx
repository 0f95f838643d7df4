import { useId } from 'preact/hooks';
import type { TrialChoice } from '../state/trial.ts';

/** Whether a change lapses by itself: for whoever is not sure what it does. */
export function TrialBox({ trial }: { readonly trial: TrialChoice }) {
  const id = useId();
  return (
    <div class="option">
      <input
        type="checkbox"
        id={id}
        checked={trial.isOn}
        aria-describedby={`${id}-hint`}
        onChange={(event) => trial.choose(event.currentTarget.checked)}
      />
      <label for={id}>On trial: take it back after 5 minutes unless I keep it</label>
      <p id={`${id}-hint`}>It counts at once. On top of every page you are asked whether to keep it.</p>
    </div>
  );
}
