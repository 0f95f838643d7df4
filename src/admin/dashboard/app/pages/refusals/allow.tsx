import { useState } from 'preact/hooks';
import { addRange, getWhitelist } from '../../api/calls.ts';
import type { RangeInput, Refusal, Scope } from '../../api/types.ts';
import { Conflict } from '../../parts/conflict.tsx';
import { Confirm } from '../../parts/dialog.tsx';
import { Choice, Field } from '../../parts/field.tsx';
import { Foreseen } from '../../parts/foreseen.tsx';
import { Effects, Failure, Message } from '../../parts/message.tsx';
import { effectsOf, spanText, type Span } from '../../ranges/effects.ts';
import { endsFrom, type End } from '../../ranges/until.ts';
import { scopeName } from '../../routes.ts';
import { useLoad } from '../../state/load.ts';
import { useNeighbours } from '../../state/neighbours.ts';
import { useSession } from '../../state/session.tsx';
import { useWriting } from '../../state/write.ts';
import { placeOf } from './table.tsx';

interface AllowProps {
  readonly refusal: Refusal;
  readonly onClose: () => void;
  readonly onDone: () => Promise<void>;
}

type Width = 'address' | 'network';

/** What is chosen of how much, until when and with which note. */
function useChosen(refusal: Refusal) {
  const { clientNetwork } = refusal.newest;
  const [width, setWidth] = useState<Width>(clientNetwork === undefined ? 'address' : 'network');
  const [ends] = useState(() => endsFrom(Date.now()));
  const [end, setEnd] = useState<End['name']>('friday');
  const [note, setNote] = useState(noteOf(refusal));
  const span = spanOf(refusal.address, width);
  const expiresAt = ends.find(({ name }) => name === end)?.at;
  const access = { ...span, ...(expiresAt && { expiresAt }) };
  const range: RangeInput = { ...access, ...(note.trim() && { note: note.trim() }) };
  return { width, setWidth, ends, end, setEnd, note, setNote, span, access, range };
}

/** Lets an address into the bot's list: how much of it, until when, and what that would have changed. */
export function Allow({ refusal, onClose, onDone }: AllowProps) {
  const scope: Scope = `bot:${refusal.bot}`;
  const chosen = useChosen(refusal);
  const { span, access, range } = chosen;
  const list = useLoad(() => getWhitelist(scope, { limit: 1 }), [scope]);
  const reload = async (): Promise<undefined> => {
    await Promise.all([list.reload(), onDone()]);
  };
  const writing = useWriting(scope, list.value?.revision, reload);
  const save = async (): Promise<void> => {
    const done = { text: `Allowed ${spanText(span)} at ${refusal.bot}.`, close: onClose };
    await writing.run((ways) => addRange(scope, range, ways), done);
  };
  return (
    <Confirm
      title={`Let ${placeOf(refusal)} in?`}
      yes="Allow"
      busy={writing.busy}
      danger={false}
      onYes={() => void save()}
      onNo={onClose}
    >
      <Choices refusal={refusal} chosen={chosen} />
      <p class="hint">It is added to the list of {scopeName(scope)}, and you can undo it.</p>
      {list.value?.enabled === false ? (
        <Message tone="warn">
          The list of {scopeName(scope)} is off: until it is on, this lets nobody in.
        </Message>
      ) : null}
      <Meaning scope={scope} span={span} />
      <Foreseen scope={scope} changes={{ add: [access] }} trial={writing.trial} />
      <Conflict changes={writing.conflict} />
      <Failure error={list.error ?? writing.error} />
    </Confirm>
  );
}

interface ChoicesProps {
  readonly refusal: Refusal;
  readonly chosen: ReturnType<typeof useChosen>;
}

function Choices({ refusal: { address, newest }, chosen }: ChoicesProps) {
  const { width, setWidth, ends, end, setEnd, note, setNote } = chosen;
  const times = ends.map(({ name, label }) => ({ value: name, label }));
  return (
    <>
      {newest.clientNetwork === undefined ? (
        <Choice legend="Whom" value={width} options={widths(address)} onValue={setWidth} />
      ) : (
        <NetworkOnly address={address} />
      )}
      <Choice legend="How long" value={end} options={times} onValue={setEnd} />
      <Field label="Note" required={false} value={note} onValue={setNote} maxLength={200} />
    </>
  );
}

/** The visitor's own address is not known: what is offered is what is. */
function NetworkOnly({ address }: { readonly address: string }) {
  return (
    <Message tone="info">
      Only the network of this visitor’s address is recorded (<code>log.clientIp: truncated</code>):{' '}
      {spanText(spanOf(address, 'network'))}, 256 addresses. To let in one address alone, ask the visitor for
      it, and add it to the list.
    </Message>
  );
}

function Meaning({ scope, span }: { readonly scope: Scope; readonly span: Span }) {
  const { me } = useSession();
  const others = useNeighbours(scope, span);
  return <Effects effects={others === undefined ? [] : effectsOf(span, others, me)} />;
}

function noteOf({ subjects }: Refusal): string {
  return subjects.length === 1 ? `Was refused as ${subjects[0] ?? ''}` : 'Was refused';
}

function spanOf(address: string, width: Width): Span {
  if (width === 'address') return { start: address, end: address };
  const network = address.split('.').slice(0, 3).join('.');
  return { start: `${network}.0`, end: `${network}.255` };
}

function widths(address: string) {
  return [
    { value: 'address', label: 'This address', hint: address },
    { value: 'network', label: 'Its /24', hint: `${spanText(spanOf(address, 'network'))}: 256 addresses` },
  ] as const;
}
