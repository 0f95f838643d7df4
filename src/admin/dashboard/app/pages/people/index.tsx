import { useState } from 'preact/hooks';
import { Choice, Field } from '../../parts/field.tsx';
import { Failure } from '../../parts/message.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { hrefOf } from '../../routes.ts';
import { useRevocations } from '../../state/revocations.ts';
import { Revocations } from './revocations.tsx';

/** Who was signed out from here, or by their identity provider; and the way to a person's own page. */
export function PeopleScreen() {
  const list = useRevocations({});
  return (
    <>
      <PageTitle title="People" />
      <p class="lead">
        Who left, or lost a device, is signed out everywhere on their page: no session or token from before
        opens anything then.
      </p>
      <Failure error={list.error} />
      <FindPerson issuers={list.value?.issuers ?? []} />
      <h2>Signed out</h2>
      <Revocations list={list} empty="Nobody is." />
    </>
  );
}

/** A person is one of an issuer's: the same name at two is two people. */
function FindPerson({ issuers }: { readonly issuers: readonly string[] }) {
  const [chosen, setChosen] = useState<string>();
  const [subject, setSubject] = useState('');
  const [missing, setMissing] = useState(false);
  const issuer = chosen ?? issuers[0];
  if (issuer === undefined)
    return <p class="hint">No issuer is configured: there are no people to sign out.</p>;
  const open = (event: Event): void => {
    event.preventDefault();
    setMissing(subject === '');
    if (subject !== '') location.hash = hrefOf({ page: 'people', person: { issuer, subject } });
  };
  return (
    <form class="card" noValidate onSubmit={open}>
      {issuers.length > 1 ? (
        <Choice
          legend="Signed in by"
          value={issuer}
          options={issuers.map((name) => ({ value: name, label: name }))}
          onValue={setChosen}
        />
      ) : null}
      <Field
        label="Person"
        value={subject}
        onValue={setSubject}
        hint="As tokens and the log name them (sub)."
        error={missing ? 'Say whom.' : undefined}
      />
      <div class="actions">
        <button type="submit">Open their page</button>
      </div>
    </form>
  );
}
