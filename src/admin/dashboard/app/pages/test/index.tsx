import { useState } from 'preact/hooks';
import { explain } from '../../api/calls.ts';
import type { Explanation, ExplainQuestion, Scope } from '../../api/types.ts';
import { Failure } from '../../parts/message.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { useDraft } from '../../state/draft.ts';
import { useSession } from '../../state/session.tsx';
import { ownAddress } from '../../ranges/effects.ts';
import { PersonFields } from './person.tsx';
import { questionOf, noQuestion } from './question.ts';
import type { TypedQuestion } from './question.ts';
import { RequestFields } from './request-fields.tsx';
import { Result } from './result.tsx';
import { SeenAs } from './seen-as.tsx';

/** What the gateway answered last, and the asking of it. */
function useExplain() {
  const [asked, setAsked] = useState<{ busy: boolean; answer?: Explanation; error?: unknown }>({
    busy: false,
  });
  const ask = async (question: ExplainQuestion): Promise<void> => {
    setAsked({ busy: true });
    try {
      setAsked({ busy: false, answer: await explain(question) });
    } catch (error) {
      setAsked({ busy: false, error });
    }
  };
  return { ...asked, ask };
}

/** *Test access*: a URL, an address and a person; the decision and why, by the same function as live. */
export function TestScreen({ scope }: { readonly scope: Scope | undefined }) {
  const { answer, error, busy, ask } = useExplain();
  return (
    <>
      <PageTitle title="Test access" />
      <p class="lead">
        Asks the gateway what it would answer, and why. Nothing is sent to the chat platform.
      </p>
      <Question scope={scope} busy={busy} onAsk={(question) => void ask(question)} />
      <Failure error={error} />
      <div aria-live="polite">{answer === undefined ? null : <Result answer={answer} />}</div>
      <SeenAs />
    </>
  );
}

interface QuestionProps {
  readonly scope: Scope | undefined;
  readonly busy: boolean;
  readonly onAsk: (question: ExplainQuestion) => void;
}

function Question({ scope, busy, onAsk }: QuestionProps) {
  const { me } = useSession();
  const [typed, setTyped] = useDraft<TypedQuestion>('test', { ...noQuestion, address: ownAddress(me) ?? '' });
  // A token is nobody's to keep: it stays in this page only.
  const [token, setToken] = useState('');
  const ready = !busy && typed.target.trim() !== '' && typed.address.trim() !== '';
  return (
    <form
      class="card test"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) onAsk(questionOf(typed, token));
      }}
    >
      <RequestFields typed={typed} onTyped={setTyped} scope={scope} />
      <PersonFields typed={typed} onTyped={setTyped} token={token} onToken={setToken} scope={scope} />
      <div class="actions">
        <button type="submit" class="primary" aria-disabled={!ready}>
          {busy ? 'Asking…' : 'Test access'}
        </button>
      </div>
    </form>
  );
}
