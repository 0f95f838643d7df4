import { useId } from 'preact/hooks';

interface SwitchProps {
  readonly label: string;
  readonly on: boolean;
  readonly says: string;
  readonly busy: boolean;
  readonly onToggle: () => void;
}

/** A toggle that says what it does. */
export function Switch({ label, on, says, busy, onToggle }: SwitchProps) {
  const id = useId();
  return (
    <div class="switch-row">
      <div>
        <h2 id={id}>{label}</h2>
        <p id={`${id}-says`} class="says">
          {says}
        </p>
      </div>
      <button
        type="button"
        class="switch"
        role="switch"
        aria-checked={on}
        aria-labelledby={id}
        aria-describedby={`${id}-says`}
        aria-disabled={busy}
        onClick={() => (busy ? undefined : onToggle())}
      >
        <span class="track" aria-hidden="true">
          <span class="thumb" />
        </span>
        <span class="state" aria-hidden="true">
          {on ? 'On' : 'Off'}
        </span>
      </button>
    </div>
  );
}
