import { putRange } from '../../api/calls.ts';
import type { RangeInput, RangeRecord, Scope } from '../../api/types.ts';
import { Conflict } from '../../parts/conflict.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Foreseen } from '../../parts/foreseen.tsx';
import { Effects, Failure } from '../../parts/message.tsx';
import { TrialBox } from '../../parts/trial-box.tsx';
import { effectsOfRemoval, holds, ownAddress, spanText } from '../../ranges/effects.ts';
import { inputOf, readTyped, typedFrom } from '../../ranges/typed.ts';
import type { Typed } from '../../ranges/typed.ts';
import { useDraft } from '../../state/draft.ts';
import { useHolders } from '../../state/holders.ts';
import { useSeenRange } from '../../state/seen.ts';
import { useSession } from '../../state/session.tsx';
import type { WhitelistState } from '../../state/whitelist.ts';
import { useWriting } from '../../state/write.ts';
import { RangeForm } from './range-form.tsx';

interface RangeDialogProps {
  readonly scope: Scope;
  readonly list: WhitelistState;
  readonly range: RangeRecord;
  readonly onClose: () => void;
}

/** Changes one range; what was typed outlives a reload and a login. */
export function EditRange({ scope, list, range, onClose }: RangeDialogProps) {
  const [typed, setTyped, clear] = useDraft<Typed>(`edit ${scope} ${range.id}`, typedFrom(range));
  const seen = useSeenRange(list, range);
  const writing = useWriting(scope, seen.revision, list.reload);
  seen.useShown(writing.conflict);
  const leave = (): void => {
    clear();
    onClose();
  };
  const save = async (whole: Typed): Promise<void> => {
    const input = editedInput(whole, range);
    // Nothing to change makes no change: its undo would take back another one.
    if (input === undefined) return leave();
    const done = { text: `Changed ${spanText(range)} to ${spanText(input)}.` };
    if (await writing.run((ways) => putRange(scope, range.id, input, ways), done)) leave();
  };
  return (
    <Dialog title="Edit IP range" onClose={leave} wide>
      <RangeForm
        scope={scope}
        typed={typed}
        onTyped={setTyped}
        editing={range}
        save="Save"
        busy={writing.busy}
        onSave={(whole) => void save(whole)}
        onCancel={leave}
      >
        <TrialBox trial={writing.trial} />
      </RangeForm>
      <OwnAddressLost scope={scope} range={range} typed={typed} />
      <EditForeseen scope={scope} range={range} typed={typed} />
      <Conflict changes={writing.conflict} />
      <Failure error={writing.error} />
    </Dialog>
  );
}

/** What is to be stored instead; undefined where it is what is there. The field has no seconds, the stored expiry may. */
function editedInput(typed: Typed, range: RangeRecord): RangeInput | undefined {
  const before = typedFrom(range);
  const input = inputOf(typed);
  if (JSON.stringify(input) === JSON.stringify(inputOf(before))) return undefined;
  const kept = typed.expires === before.expires ? range.expiresAt : undefined;
  return kept === undefined ? input : { ...input, expiresAt: kept };
}

/** What saving would have changed, as soon as it is a range that differs. */
function EditForeseen({
  scope,
  range,
  typed,
}: Pick<RangeDialogProps, 'scope' | 'range'> & { readonly typed: Typed }) {
  const isRange = readTyped(typed, Date.now()).range !== undefined;
  const input = isRange ? editedInput(typed, range) : undefined;
  return input === undefined ? null : (
    <Foreseen scope={scope} changes={{ put: [{ id: range.id, range: input }] }} />
  );
}

/** Says so where the person looking would no longer be in. */
function OwnAddressLost({
  scope,
  range,
  typed,
}: Pick<RangeDialogProps, 'scope' | 'range'> & { readonly typed: Typed }) {
  const { me } = useSession();
  const mine = ownAddress(me);
  const holders = useHolders(scope, mine);
  const wanted = readTyped(typed, Date.now()).range;
  if (mine === undefined || wanted === undefined || holds(wanted, mine)) return null;
  const rest = holders.filter((held) => held.id !== range.id);
  return (
    <div role="status">
      <Effects effects={effectsOfRemoval(range, rest, me)} />
    </div>
  );
}
