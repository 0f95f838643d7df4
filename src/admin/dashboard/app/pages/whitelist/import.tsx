import { useState } from 'preact/hooks';
import { importRanges } from '../../api/calls.ts';
import type { Imported, Scope } from '../../api/types.ts';
import { Conflict } from '../../parts/conflict.tsx';
import { Failure } from '../../parts/message.tsx';
import { counted } from '../../parts/time.tsx';
import { bare } from '../../ranges/file.ts';
import type { ReadList } from '../../ranges/file.ts';
import { useReadList } from '../../state/read-list.ts';
import type { WhitelistState } from '../../state/whitelist.ts';
import { useWriting } from '../../state/write.ts';
import { ImportPreview } from './import-preview.tsx';
import { ListSource } from './list-source.tsx';

interface ImportProps {
  readonly scope: Scope;
  readonly list: WhitelistState;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly clearText: () => void;
  readonly close: () => void;
}

/** Many ranges at once: read, shown with every bad line, checked by the gateway, then saved all or nothing. */
export function ImportPanel(props: ImportProps) {
  const { scope, list, text, clearText, close } = props;
  const [file, setFile] = useState<{ name: string; text: string }>();
  const reading = useReadList(scope, file?.text ?? text, list.page?.revision);
  const writing = useWriting(scope, list.page?.revision, list.reload);
  const ranges = reading.read?.ranges ?? [];
  const leave = (): void => {
    clearText();
    close();
  };
  const save = async (): Promise<void> => {
    const ifMatch = (revision: number) =>
      importRanges(scope, ranges.map(bare), { dryRun: false, ifMatch: revision });
    if (await writing.run(ifMatch, { text: `Added ${counted(ranges.length, 'range')}.` })) leave();
  };
  return (
    <section class="panel" aria-labelledby="add-many">
      <h3 id="add-many">Add a list or a file</h3>
      <ListSource text={text} onText={props.onText} file={file} onFile={setFile} />
      <ImportPreview reading={reading} />
      <SavingBar busy={writing.busy} count={ranges.length} />
      <div class="actions">
        <SaveButton
          read={reading.read}
          ready={takes(reading.checked)}
          busy={writing.busy}
          onSave={() => void save()}
        />
        <button type="button" onClick={leave}>
          Cancel
        </button>
      </div>
      <Conflict changes={writing.conflict} />
      <Failure error={writing.error} />
    </section>
  );
}

/** True where the gateway would store it and something is new. */
function takes(checked: Imported | undefined): boolean {
  return checked !== undefined && checked.added > 0 && (checked.errors ?? []).length === 0;
}

interface SaveButtonProps {
  readonly read: ReadList | undefined;
  /** The gateway would take it. */
  readonly ready: boolean;
  readonly busy: boolean;
  readonly onSave: () => void;
}

function SaveButton({ read, ready, busy, onSave }: SaveButtonProps) {
  const possible = ready && read !== undefined && read.bad.length === 0 && read.ranges.length > 0;
  return (
    <button
      type="button"
      class="primary"
      aria-disabled={!possible || busy}
      onClick={() => (possible && !busy ? onSave() : undefined)}
    >
      {read === undefined || read.ranges.length === 0
        ? 'Add ranges'
        : `Add ${counted(read.ranges.length, 'range')}`}
    </button>
  );
}

function SavingBar({ busy, count }: { readonly busy: boolean; readonly count: number }) {
  return (
    <div role="status">
      {busy ? (
        <p class="progress">
          Saving {counted(count, 'range')}: all of them, or none. <progress aria-label="Saving" />
        </p>
      ) : null}
    </div>
  );
}
