import { useState } from 'preact/hooks';
import type { Scope } from '../../api/types.ts';
import { lazily } from '../../parts/lazy.tsx';
import { hasDraft, useDraft } from '../../state/draft.ts';
import type { WhitelistState } from '../../state/whitelist.ts';

const AddOne = lazily(() => import('./add-one.tsx').then((module) => module.AddOne));
const ImportPanel = lazily(() => import('./import.tsx').then((module) => module.ImportPanel));

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
  const takeList = (pasted: string): void => {
    setText(pasted);
    setOpen('many');
  };
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
      {open === 'one' ? <AddOne {...props} draftKey={oneKey} onList={takeList} /> : null}
      {open === 'many' ? <ImportPanel {...props} text={text} onText={setText} clearText={clearText} /> : null}
    </div>
  );
}

function focusOpener(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>('.opener')?.focus());
}
