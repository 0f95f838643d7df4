import { useId } from 'preact/hooks';
import type { Scope } from '../../api/types.ts';
import { Field } from '../../parts/field.tsx';
import type { TypedQuestion } from './question.ts';

export interface TestFieldsProps {
  readonly typed: TypedQuestion;
  readonly onTyped: (typed: TypedQuestion) => void;
  readonly scope: Scope | undefined;
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** What is asked for, and from where. */
export function RequestFields({ typed, onTyped, scope }: TestFieldsProps) {
  const set = (part: Partial<TypedQuestion>): void => onTyped({ ...typed, ...part });
  const bot = scope === undefined || scope === 'platform' ? 'support' : scope.slice('bot:'.length);
  return (
    <div class="fields">
      <Field
        label="URL"
        class="url"
        inputMode="url"
        value={typed.target}
        onValue={(target) => set({ target })}
        placeholder={`/transcripts/${bot}/42`}
        hint="A link to a transcript, or its path."
      />
      <Method value={typed.method} onValue={(method) => set({ method })} />
      <Field
        label="Address"
        value={typed.address}
        onValue={(address) => set({ address })}
        placeholder="203.0.113.7"
        hint="Where the visitor comes from. At first it is your own."
      />
      <Field
        label="Forwarding header"
        required={false}
        value={typed.forwarded}
        onValue={(forwarded) => set({ forwarded })}
        placeholder="203.0.113.7, 10.0.0.2"
        hint="X-Forwarded-For; the address is then the one that connects, and every hop is shown."
      />
    </div>
  );
}

interface MethodProps {
  readonly value: string;
  readonly onValue: (method: string) => void;
}

function Method({ value, onValue }: MethodProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>Method</label>
      <select id={id} value={value} onChange={(event) => onValue(event.currentTarget.value)}>
        {methods.map((method) => (
          <option key={method}>{method}</option>
        ))}
      </select>
    </div>
  );
}
