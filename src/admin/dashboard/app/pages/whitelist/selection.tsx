import { useState } from 'preact/hooks';
import { removeRanges } from '../../api/calls.ts';
import type { Scope, WhitelistPage } from '../../api/types.ts';
import { Conflict } from '../../parts/conflict.tsx';
import { Confirm } from '../../parts/dialog.tsx';
import { Field } from '../../parts/field.tsx';
import { Foreseen } from '../../parts/foreseen.tsx';
import { Failure } from '../../parts/message.tsx';
import { amount, counted } from '../../parts/time.tsx';
import { mostRemoved, type WhitelistState } from '../../state/whitelist.ts';
import { useWriting } from '../../state/write.ts';

interface SelectionProps {
  readonly scope: Scope;
  readonly list: WhitelistState;
  readonly page: WhitelistPage;
  /** Ids of ranges. */
  readonly picked: ReadonlySet<string>;
  readonly onPick: (picked: ReadonlySet<string>) => void;
}

/** What can be done with many at once; nothing where none is picked. */
export function Selection({ scope, list, page, picked, onPick }: SelectionProps) {
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<unknown>();
  if (picked.size === 0) return null;
  const isAll = page.ranges.every(({ id }) => picked.has(id));
  const isMore = list.next !== undefined || list.previous !== undefined;
  const all = (): void => {
    list.foundIds().then((ids) => onPick(new Set(ids)), setError);
  };
  return (
    <div class="panel selection" role="group" aria-label="Selected ranges">
      <strong role="status">{amount(picked.size)} selected</strong>
      <button type="button" class="small quiet-danger" onClick={() => setAsking(true)}>
        Delete selected
      </button>
      {isAll && isMore && picked.size < mostRemoved ? (
        <button type="button" class="small" onClick={all}>
          Select all that are found
        </button>
      ) : null}
      <button type="button" class="small" onClick={() => onPick(new Set())}>
        Select none
      </button>
      <Failure error={error} />
      {asking ? (
        <DeleteMany
          {...{ scope, list, ids: [...picked].slice(0, mostRemoved) }}
          onDone={() => onPick(new Set())}
          onClose={() => setAsking(false)}
        />
      ) : null}
    </div>
  );
}

interface DeleteProps {
  readonly scope: Scope;
  readonly list: WhitelistState;
  readonly ids: readonly string[];
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** One change, with its reason, and one undo. */
function DeleteMany({ scope, list, ids, onDone, onClose }: DeleteProps) {
  const [reason, setReason] = useState('No longer needed');
  const writing = useWriting(scope, list.page?.revision, list.reload);
  const isMissing = reason.trim() === '';
  const remove = async (): Promise<void> => {
    if (isMissing) return;
    const close = (): void => {
      onClose();
      onDone();
    };
    const done = { text: `Deleted ${counted(ids.length, 'range')}.`, close };
    await writing.run((ways) => removeRanges(scope, ids, reason.trim(), ways), done);
  };
  return (
    <Confirm
      title={`Delete ${counted(ids.length, 'IP range')}?`}
      yes="Delete"
      no="Keep them"
      busy={writing.busy}
      onYes={() => void remove()}
      onNo={onClose}
    >
      <p>
        Their addresses will no longer be let in by them. It is one change, and you can undo it as one.
        {ids.length === mostRemoved ? ` More than ${amount(mostRemoved)} are deleted in steps.` : ''}
      </p>
      <Field
        label="Reason"
        value={reason}
        onValue={setReason}
        hint="It stands in the change log."
        maxLength={200}
        error={isMissing ? 'Say why.' : undefined}
      />
      <Foreseen scope={scope} changes={{ remove: [...ids] }} trial={writing.trial} />
      <Conflict changes={writing.conflict} />
      <Failure error={writing.error} />
    </Confirm>
  );
}
