import { useId } from 'preact/hooks';

interface ListSourceProps {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly file: { readonly name: string } | undefined;
  readonly onFile: (file: { name: string; text: string } | undefined) => void;
}

/** Where a list comes from: typed or pasted lines, or a file. */
export function ListSource(props: ListSourceProps) {
  return (
    <div class="list-source">
      <Lines {...props} />
      <File {...props} />
    </div>
  );
}

function Lines({ text, onText, file }: ListSourceProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>List of ranges</label>
      <textarea
        id={id}
        rows={6}
        spellcheck={false}
        value={text}
        disabled={file !== undefined}
        aria-describedby={`${id}-hint`}
        ref={focusOnce}
        onInput={(event) => onText(event.currentTarget.value)}
      />
      <p class="hint" id={`${id}-hint`}>
        One a line: an address, <code>203.0.113.0/24</code> or <code>203.0.113.1 - 203.0.113.9</code>, with{' '}
        <code># a note</code> if you like. CSV with a heading and JSON are read too.
      </p>
    </div>
  );
}

function focusOnce(element: HTMLTextAreaElement | null): void {
  element?.focus();
}

function File({ file, onFile }: ListSourceProps) {
  const id = useId();
  const take = async (input: HTMLInputElement): Promise<void> => {
    const chosen = input.files?.[0];
    if (chosen !== undefined) onFile({ name: chosen.name, text: await chosen.text() });
    input.value = '';
  };
  return (
    <div class="field file">
      <label for={id}>or a file</label>
      <input
        id={id}
        type="file"
        accept=".csv,.json,.txt,text/plain,text/csv,application/json"
        onChange={(event) => void take(event.currentTarget)}
      />
      {file === undefined ? null : (
        <p class="chosen">
          Reading from <strong>{file.name}</strong>{' '}
          <button type="button" class="link" onClick={() => onFile(undefined)}>
            Leave the file
          </button>
        </p>
      )}
    </div>
  );
}
