import { addRange } from '../../api/calls.ts';
import type { Scope } from '../../api/types.ts';
import { Conflict } from '../../parts/conflict.tsx';
import { Foreseen } from '../../parts/foreseen.tsx';
import { Failure } from '../../parts/message.tsx';
import { TrialBox } from '../../parts/trial-box.tsx';
import { spanText } from '../../ranges/effects.ts';
import { inputOf, isNothing, nothingTyped, readTyped } from '../../ranges/typed.ts';
import type { Typed } from '../../ranges/typed.ts';
import { useDraft } from '../../state/draft.ts';
import type { WhitelistState } from '../../state/whitelist.ts';
import { useWriting } from '../../state/write.ts';
import { RangeForm } from './range-form.tsx';

interface AddOneProps {
  readonly scope: Scope;
  readonly list: WhitelistState;
  readonly draftKey: string;
  readonly close: () => void;
  /** A list was pasted instead of one range. */
  readonly onList: (text: string) => void;
}

/** *Add IP range*: *Start IP range* and *End IP range*, a note and an expiry. */
export function AddOne({ scope, list, draftKey, close, onList }: AddOneProps) {
  const [typed, setTyped, clear] = useDraft<Typed>(draftKey, nothingTyped);
  const writing = useWriting(scope, list.page?.revision, list.reload);
  const then = (next: () => void) => () => {
    clear();
    next();
  };
  const save = async (whole: Typed): Promise<void> => {
    const input = inputOf(whole);
    const done = { text: `Added ${spanText(input)}.` };
    if (await writing.run((ways) => addRange(scope, input, ways), done)) then(close)();
  };
  return (
    <section class="panel" aria-labelledby="add-one" ref={focusFirstInput}>
      <h3 id="add-one">Add IP range</h3>
      <p class="hint">
        Paste an address, <code>203.0.113.0/24</code>, <code>203.0.113.1 - 203.0.113.9</code>, or a list of
        lines: both fields are filled in.
      </p>
      <RangeForm
        scope={scope}
        typed={typed}
        onTyped={(next) => (isNothing(next) ? clear() : setTyped(next))}
        save="Add IP range"
        busy={writing.busy}
        onSave={(whole) => void save(whole)}
        onCancel={then(close)}
        onList={(text) => then(() => onList(text))()}
      >
        <TrialBox trial={writing.trial} />
      </RangeForm>
      <AddForeseen scope={scope} typed={typed} />
      <Conflict changes={writing.conflict} />
      <Failure error={writing.error} />
    </section>
  );
}

/** What adding it would have changed, as soon as it is a range. */
function AddForeseen({ scope, typed }: { readonly scope: Scope; readonly typed: Typed }) {
  if (readTyped(typed, Date.now()).range === undefined) return null;
  return <Foreseen scope={scope} changes={{ add: [inputOf(typed)] }} />;
}

function focusFirstInput(element: HTMLElement | null): void {
  element?.querySelector<HTMLElement>('input')?.focus();
}
