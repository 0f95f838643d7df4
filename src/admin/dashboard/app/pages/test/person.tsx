import { Choice, Field } from '../../parts/field.tsx';
import type { Person, TypedQuestion } from './question.ts';
import type { TestFieldsProps } from './request-fields.tsx';

const people: readonly { readonly value: Person; readonly label: string; readonly hint: string }[] = [
  { value: 'nobody', label: 'Nobody', hint: 'Not signed in.' },
  { value: 'claims', label: 'Somebody', hint: 'Signed in, with the rights given here.' },
  { value: 'token', label: 'A token', hint: 'Checked as if it had come with the request.' },
];

interface PersonProps extends TestFieldsProps {
  readonly token: string;
  readonly onToken: (token: string) => void;
}

/** Who asks. */
export function PersonFields({ typed, onTyped, token, onToken }: PersonProps) {
  const set = (part: Partial<TypedQuestion>): void => onTyped({ ...typed, ...part });
  return (
    <>
      <Choice legend="Person" value={typed.person} options={people} onValue={(person) => set({ person })} />
      {typed.person === 'claims' ? (
        <div class="fields">
          <Field
            label="Name (sub)"
            value={typed.subject}
            onValue={(subject) => set({ subject })}
            placeholder="someone"
          />
          <Field
            label="Bot access to"
            value={typed.bots}
            onValue={(bots) => set({ bots })}
            hint="Bot ids with spaces between."
          />
          <Field label="Contact id" value={typed.contact} onValue={(contact) => set({ contact })} />
          <Field
            label="Own conversations"
            value={typed.conversations}
            onValue={(conversations) => set({ conversations })}
            hint="Conversation ids with spaces between."
          />
        </div>
      ) : null}
      {typed.person === 'token' ? (
        <Field
          label="Token"
          type="password"
          value={token}
          onValue={onToken}
          hint="Sent to this gateway only, and kept nowhere."
        />
      ) : null}
    </>
  );
}
