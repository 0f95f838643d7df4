import { deleteRange } from '../../api/calls.ts';
import type { RangeRecord, Scope } from '../../api/types.ts';
import { Conflict } from '../../parts/conflict.tsx';
import { Confirm } from '../../parts/dialog.tsx';
import { Foreseen } from '../../parts/foreseen.tsx';
import { Effects, Failure } from '../../parts/message.tsx';
import { counted } from '../../parts/time.tsx';
import { effectsOfRemoval, ownAddress, addressCount, spanText } from '../../ranges/effects.ts';
import { useHolders } from '../../state/holders.ts';
import { useSeenRange } from '../../state/seen.ts';
import { useSession } from '../../state/session.tsx';
import type { WhitelistState } from '../../state/whitelist.ts';
import { useWriting } from '../../state/write.ts';

interface DeleteProps {
  readonly scope: Scope;
  readonly list: WhitelistState;
  readonly range: RangeRecord;
  readonly onClose: () => void;
}

/** Asks once, says what it takes away, and can be undone. */
export function DeleteRange({ scope, list, range, onClose }: DeleteProps) {
  const seen = useSeenRange(list, range);
  const writing = useWriting(scope, seen.revision, list.reload);
  seen.useShown(writing.conflict);
  const { me } = useSession();
  const holders = useHolders(scope, ownAddress(me));
  const rest = holders.filter((held) => held.id !== range.id);
  const remove = async (): Promise<void> => {
    const done = { text: `Deleted ${spanText(range)}.`, close: onClose };
    await writing.run((ways) => deleteRange(scope, range.id, ways), done);
  };
  return (
    <Confirm
      title="Delete this IP range?"
      yes="Delete"
      no="Keep it"
      busy={writing.busy}
      onYes={() => void remove()}
      onNo={onClose}
    >
      <p>
        <strong>{spanText(range)}</strong>
        {range.note === undefined ? null : ` (${range.note})`}:{' '}
        {counted(addressCount(range), 'address', 'addresses')} will no longer be let in by it. You can undo
        this.
      </p>
      <Effects effects={effectsOfRemoval(range, rest, me)} />
      <Foreseen scope={scope} changes={{ remove: [range.id] }} trial={writing.trial} />
      <Conflict changes={writing.conflict} />
      <Failure error={writing.error} />
    </Confirm>
  );
}
