import { useState } from 'preact/hooks';
import { liftRevocation } from '../../api/calls.ts';
import type { Revocation } from '../../api/types.ts';
import { Confirm } from '../../parts/dialog.tsx';
import { Failure } from '../../parts/message.tsx';
import { When, counted } from '../../parts/time.tsx';
import { hrefOf } from '../../routes.ts';
import type { RevocationList } from '../../state/revocations.ts';

interface RevocationsProps {
  readonly list: RevocationList;
  /** What is said where there are none. */
  readonly empty: string;
}

/** What was taken back, newest first; each can be lifted. */
export function Revocations({ list, empty }: RevocationsProps) {
  const [lifting, setLifting] = useState<Revocation>();
  const { value } = list;
  if (value === undefined) return list.error === undefined ? <p role="status">Loading…</p> : null;
  const { revocations, total } = value;
  if (total === 0)
    return (
      <p class="empty" role="status">
        {empty}
      </p>
    );
  return (
    <>
      <p class="hint" role="status">
        {total > revocations.length
          ? `The newest ${counted(revocations.length, 'entry', 'entries')} of ${total}`
          : counted(total, 'entry', 'entries')}
      </p>
      <table class="ranges">
        <Head />
        <tbody>
          {revocations.map((one) => (
            <Row key={one.id} revocation={one} onLift={() => setLifting(one)} />
          ))}
        </tbody>
      </table>
      {lifting === undefined ? null : (
        <Lift list={list} revocation={lifting} onClose={() => setLifting(undefined)} />
      )}
    </>
  );
}

function Head() {
  return (
    <thead>
      <tr>
        {['Who', 'What', 'Signed out', 'Counts until'].map((name) => (
          <th key={name} scope="col">
            {name}
          </th>
        ))}
        <th scope="col">
          <span class="unseen">Actions</span>
        </th>
      </tr>
    </thead>
  );
}

function Row({ revocation, onLift }: { readonly revocation: Revocation; readonly onLift: () => void }) {
  const { issuer, subject, note, createdAt, createdBy, expiresAt } = revocation;
  return (
    <tr>
      <td data-label="Who">
        {subject === undefined ? (
          'Anybody'
        ) : (
          <a href={hrefOf({ page: 'people', person: { issuer, subject } })}>{subject}</a>
        )}{' '}
        <span class="by">of {issuer}</span>
      </td>
      <td data-label="What">
        {whatOf(revocation)}
        {note === undefined ? null : <span class="by"> {note}</span>}
      </td>
      <td data-label="Signed out">
        <When at={createdAt} /> <span class="by">by {createdBy}</span>
      </td>
      <td data-label="Counts until">
        <When at={expiresAt} />
      </td>
      <td class="row-actions">
        <button type="button" class="small" onClick={onLift}>
          Lift <span class="unseen">{subject ?? whatOf(revocation)}</span>
        </button>
      </td>
    </tr>
  );
}

function whatOf({ sid, jti, issuedBefore }: Revocation): string {
  if (jti !== undefined) return `token ${jti}`;
  if (sid !== undefined) return `session ${sid}`;
  return issuedBefore === undefined ? 'everything' : 'everything until then';
}

interface LiftProps {
  readonly list: RevocationList;
  readonly revocation: Revocation;
  readonly onClose: () => void;
}

function Lift({ list, revocation, onClose }: LiftProps) {
  const { id, subject } = revocation;
  const lift = async (): Promise<void> => {
    const done = { text: `Lifted: ${subject ?? whatOf(revocation)}.`, close: onClose };
    await list.run(() => liftRevocation(id), done);
  };
  return (
    <Confirm
      title="Lift this sign-out?"
      yes="Lift"
      no="Keep signed out"
      busy={list.busy}
      onYes={() => void lift()}
      onNo={onClose}
    >
      <p>
        Sessions and tokens of <strong>{subject ?? 'everybody that it names'}</strong> that have not expired
        count again, and open what they opened before.
      </p>
      <Failure error={list.error} />
    </Confirm>
  );
}
