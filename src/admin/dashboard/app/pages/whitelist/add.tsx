import { useState } from 'preact/hooks';
import { addRange } from '../../api/calls.ts';
import type { Scope } from '../../api/types.ts';
import { Conflict } from '../../parts/conflict.tsx';
import { Failure } from '../../parts/message.tsx';
import { spanText } from '../../ranges/effects.ts';
import { inputOf, isNothing, nothingTyped } from '../../ranges/typed.ts';
import type { Typed } from '../../ranges/typed.ts';
import { hasDraft, useDraft } from '../../state/draft.ts';
import type { WhitelistState } from '../../state/whitelist.ts';
import { useWriting } from '../../state/write.ts';
import { ImportPanel } from './import.tsx';
import { RangeForm } from './range-form.tsx';

type Open = 'none' | 'one' | 'many';

interface AddProps {
  readonly scope: Scope;
  readonly list: WhitelistState;
}

/** Two ways in: one range by its ends, or many from a pasted list or a file. */
export function AddRanges({ scope, list }: AddProps) {
  const oneKey = `range ${scope}`;
  const manyKey = `list ${scope}`;
  const [open, setOpen] = useState<Open>(hasDraft(oneKey) ? 'one' : hasDraft(manyKey) ? 'many' : 'none');
  const [text, setText, clearText] = useDraft(manyKey, '');
  const close = (): void => {
    setOpen('none');
    focusOpener();
  };
  const props = { scope, list, close };
  return (
    <div class="add">
      <div class="actions" hidden={open !== 'none'}>
        <button type="button" class="primary opener" onClick={() => setOpen('one')}>
          Add IP range
        </button>
        <button type="button" onClick={() => setOpen('many')}>
          Add a list or a file
        </button>
      </div>
      {open === 'one' ? (
        <AddOne
          {...props}
          draftKey={oneKey}
          onList={(pasted) => {
            setText(pasted);
            setOpen('many');
          }}
        />
      ) : null}
      {open === 'many' ? <ImportPanel {...props} text={text} onText={setText} clearText={clearText} /> : null}
    </div>
  );
}

function focusOpener(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>('.opener')?.focus());
}

interface AddOneProps extends AddProps {
  readonly draftKey: string;
  readonly close: () => void;
  readonly onList: (text: string) => void;
}

function AddOne({ scope, list, draftKey, close, onList }: AddOneProps) {
  const [typed, setTyped, clear] = useDraft<Typed>(draftKey, nothingTyped);
  const writing = useWriting(scope, list.page?.revision, list.reload);
  const input = inputOf(typed);
  const save = async (): Promise<void> => {
    const done = { text: `Added ${spanText(input)}.` };
    if (!(await writing.run((revision) => addRange(scope, input, revision), done))) return;
    clear();
    close();
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
        onSave={() => void save()}
        onCancel={() => {
          clear();
          close();
        }}
        onList={(text) => {
          clear();
          onList(text);
        }}
      />
      <Conflict changes={writing.conflict} />
      <Failure error={writing.error} />
    </section>
  );
}

function focusFirstInput(element: HTMLElement | null): void {
  element?.querySelector<HTMLElement>('input, textarea')?.focus();
}
