import { useId, useState } from 'preact/hooks';
import { compareRevisions } from '../api/calls.ts';
import type { Change, Comparison, Scope } from '../api/types.ts';
import { Failure } from '../parts/message.tsx';
import { describeDifference } from '../ranges/describe.ts';

interface CompareProps {
  readonly scope: Scope;
  readonly changes: readonly Change[];
}

/** The two newest revisions, unless others are typed, and how they differ once that is asked. */
function useComparison({ scope, changes: [newest, before] }: CompareProps) {
  const [typed, setTyped] = useState<{ readonly from: string; readonly to: string }>();
  const { from, to } = typed ?? {
    from: String(before?.revision ?? 0),
    to: String(newest?.revision ?? 0),
  };
  const [found, setFound] = useState<Comparison>();
  const [error, setError] = useState<unknown>();
  const compare = async (): Promise<void> => {
    setError(undefined);
    setFound(undefined);
    try {
      setFound(await compareRevisions(scope, from, to));
    } catch (failure) {
      setError(failure);
    }
  };
  return { from, to, setTyped, found, error, compare };
}

/** What a list was at two revisions, and how these differ. */
export function CompareRevisions(props: CompareProps) {
  const { from, to, setTyped, found, error, compare } = useComparison(props);
  return (
    <details class="card">
      <summary>Compare two revisions</summary>
      <form
        class="compare"
        onSubmit={(event) => {
          event.preventDefault();
          void compare();
        }}
      >
        <Revision label="Earlier revision" value={from} onValue={(next) => setTyped({ from: next, to })} />
        <Revision label="Later revision" value={to} onValue={(next) => setTyped({ from, to: next })} />
        <div class="actions">
          <button type="submit">Compare</button>
        </div>
      </form>
      <div role="status" class="difference">
        {found === undefined ? null : <Difference found={found} />}
      </div>
      <Failure error={error} />
    </details>
  );
}

interface RevisionProps {
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
}

function Revision({ label, value, onValue }: RevisionProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        min={0}
        required
        value={value}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
    </div>
  );
}

/** What makes one state of the other, one line each. */
export function Difference({ found }: { readonly found: Comparison }) {
  const lines = describeDifference(found);
  if (lines.length === 0) return <p>They do not differ.</p>;
  return (
    <ul>
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
