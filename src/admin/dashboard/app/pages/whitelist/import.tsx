import { useState } from 'preact/hooks';
import { foreseeImport, importRanges, type WriteWays } from '../../api/calls.ts';
import type { Imported, Scope } from '../../api/types.ts';
import { Conflict } from '../../parts/conflict.tsx';
import { LazyDetails } from '../../parts/lazy-details.tsx';
import { Says } from '../../parts/foreseen.tsx';
import { Failure } from '../../parts/message.tsx';
import { counted } from '../../parts/time.tsx';
import { TrialBox } from '../../parts/trial-box.tsx';
import { addressCount, wideAbove } from '../../ranges/effects.ts';
import { bare } from '../../ranges/file.ts';
import type { ReadRange } from '../../ranges/file.ts';
import { useForeseen } from '../../state/forecast.ts';
import { useReadList } from '../../state/read-list.ts';
import type { ListReading } from '../../state/read-list.ts';
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

/** What was read, whether it may be saved, and the saving. */
function useImport({ scope, list, text, clearText, close }: ImportProps) {
  const [file, setFile] = useState<{ name: string; text: string }>();
  const [meant, setMeant] = useState(false);
  const [sent, setSent] = useState(0);
  const reading = useReadList(scope, file?.text ?? text, list.page?.revision);
  const writing = useWriting(scope, list.page?.revision, list.reload);
  const ranges = reading.read?.ranges ?? [];
  const added = addedOf(reading);
  const wide = ranges.filter((range) => addressCount(range) > wideAbove);
  const ready = added > 0 && (wide.length === 0 || meant) && !writing.busy;
  const leave = (): void => {
    clearText();
    close();
  };
  const save = async (): Promise<void> => {
    if (!ready) return;
    setSent(0);
    const send = (ways: WriteWays) =>
      importRanges(scope, ranges.map(bare), { dryRun: false, onSent: setSent, ...ways });
    if (await writing.run(send, { text: `Added ${counted(added, 'range')}.` })) leave();
  };
  return { file, setFile, meant, setMeant, reading, writing, added, wide, ready, sent, leave, save };
}

/** How many would be new; none as long as anything stands against it. */
function addedOf({ read, checked }: ListReading): number {
  if (read === undefined || checked === undefined || read.bad.length > 0) return 0;
  return hasErrors(checked) ? 0 : checked.added;
}

function hasErrors(checked: Imported): boolean {
  return (checked.errors ?? []).length > 0;
}

/** Many ranges at once: read, shown with every bad line, checked by the gateway, then saved all or nothing. */
export function ImportPanel(props: ImportProps) {
  const { file, setFile, meant, setMeant, reading, writing, added, wide, ready, sent, leave, save } =
    useImport(props);
  return (
    <section class="panel" aria-labelledby="add-many">
      <h3 id="add-many">Add a list or a file</h3>
      <ListSource text={props.text} onText={props.onText} file={file} onFile={setFile} />
      <ImportPreview reading={reading} />
      {added === 0 || props.list.page === undefined ? null : (
        <LazyDetails summary="What adding them would change">
          {() => (
            <ImportForeseen scope={props.scope} reading={reading} revision={props.list.page?.revision ?? 0} />
          )}
        </LazyDetails>
      )}
      <Meant wide={wide} meant={meant} onMeant={setMeant} />
      {added === 0 ? null : <TrialBox trial={writing.trial} />}
      <SavingBar busy={writing.busy} count={added} sent={sent} />
      <div class="actions">
        <button type="button" class="primary" aria-disabled={!ready} onClick={() => void save()}>
          {added === 0 ? 'Add ranges' : `Add ${counted(added, 'range')}`}
        </button>
        <button type="button" onClick={leave}>
          Cancel
        </button>
      </div>
      <Conflict changes={writing.conflict} />
      <Failure error={writing.error} />
    </section>
  );
}

interface ImportForeseenProps {
  readonly scope: Scope;
  readonly reading: ListReading;
  readonly revision: number;
}

function ImportForeseen({ scope, reading, revision }: ImportForeseenProps) {
  const ranges = (reading.read?.ranges ?? []).map(bare);
  const found = useForeseen(() => foreseeImport(scope, ranges, revision), [reading.read, revision]);
  const { forecast, error, isDone } = found;
  if (isDone && forecast === undefined && error === undefined)
    return <p class="hint">No record is kept that could tell.</p>;
  return (
    <div class="foreseen" role="status" aria-busy={!isDone}>
      <Says found={found} />
    </div>
  );
}

interface MeantProps {
  readonly wide: readonly ReadRange[];
  readonly meant: boolean;
  readonly onMeant: (meant: boolean) => void;
}

function Meant({ wide, meant, onMeant }: MeantProps) {
  if (wide.length === 0) return null;
  const addresses = wide.reduce((sum, range) => sum + addressCount(range), 0);
  return (
    <label class="meant">
      <input type="checkbox" checked={meant} onChange={(event) => onMeant(event.currentTarget.checked)} />I
      mean the {counted(wide.length, 'very wide range')}, with {counted(addresses, 'address', 'addresses')}.
    </label>
  );
}

interface SavingBarProps {
  readonly busy: boolean;
  readonly count: number;
  /** The share of the list that is on its way. */
  readonly sent: number;
}

/** First the sending, which can be measured; then the gateway's own work, which is one step. */
function SavingBar({ busy, count, sent }: SavingBarProps) {
  const all = counted(count, 'range');
  return (
    <>
      <p role="status" class={busy ? '' : 'unseen'}>
        {!busy
          ? ''
          : sent < 1
            ? `Sending ${all}…`
            : `The gateway checks and saves ${all}: all of them, or none…`}
      </p>
      {busy ? <progress max={1} {...(sent < 1 ? { value: sent } : {})} aria-label="Saving" /> : null}
    </>
  );
}
