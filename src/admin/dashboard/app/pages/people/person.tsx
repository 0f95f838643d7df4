import { useState } from 'preact/hooks';
import { addRevocation } from '../../api/calls.ts';
import { Confirm } from '../../parts/dialog.tsx';
import { Failure } from '../../parts/message.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import type { Person } from '../../routes.ts';
import { useRevocations, type RevocationList } from '../../state/revocations.ts';
import { Revocations } from './revocations.tsx';

/** One person: what of theirs was taken back, and all of it at once. */
export function PersonScreen({ person }: { readonly person: Person }) {
  const [asking, setAsking] = useState(false);
  const list = useRevocations(person);
  const { issuer, subject } = person;
  return (
    <>
      <PageTitle title={subject} documentTitle={`Person ${subject}`} />
      <p class="hint">
        Signed in by {issuer}. <a href="#/people">All people</a>
      </p>
      <div class="actions">
        <button type="button" class="danger" onClick={() => setAsking(true)}>
          Sign out everywhere
        </button>
      </div>
      <h2>Signed out</h2>
      {asking ? null : <Failure error={list.error} />}
      <Revocations list={list} empty="Nothing of theirs is: their sessions and tokens count." />
      {asking ? <SignOut person={person} list={list} onClose={() => setAsking(false)} /> : null}
    </>
  );
}

interface SignOutProps {
  readonly person: Person;
  readonly list: RevocationList;
  readonly onClose: () => void;
}

/** Asks once, and says what it takes away. */
function SignOut({ person: { issuer, subject }, list, onClose }: SignOutProps) {
  const signOut = async (): Promise<void> => {
    const done = { text: `${subject} is signed out everywhere.`, close: onClose };
    await list.run(() => addRevocation({ issuer, subject }), done);
  };
  return (
    <Confirm
      title="Sign out everywhere?"
      yes="Sign out"
      no="Keep signed in"
      busy={list.busy}
      onYes={() => void signOut()}
      onNo={onClose}
    >
      <p>
        Every session and token of <strong>{subject}</strong> that {issuer} has issued until now counts no
        more: on all gateways, and in what is open, within two seconds. They can sign in again.
      </p>
      <Failure error={list.error} />
    </Confirm>
  );
}
