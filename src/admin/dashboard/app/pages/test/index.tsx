import { useState } from 'preact/hooks';
import { explain } from '../../api/calls.ts';
import type { Explanation, Scope } from '../../api/types.ts';
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

/** *Test access*: a URL, an address and a person; the decision and why, by the same function as live. */
export function TestScreen({ scope }: { readonly scope: Scope | undefined }) {
  const { me } = useSession();
  const [kept, setKept] = useDraft<TypedQuestion>('test', { ...noQuestion, address: ownAddress(me) ?? '' });
  // A token is nobody's to keep: it stays in this page only.
  const [token, setToken] = useState('');
  const [asked, setAsked] = useState<{ busy: boolean; answer?: Explanation; error?: unknown }>({
    busy: false,
  });
  const ask = async (): Promise<void> => {
    if (asked.busy || kept.target.trim() === '') return;
    setAsked({ busy: true });
    try {
      setAsked({ busy: false, answer: await explain(questionOf(kept, token)) });
    } catch (error) {
      setAsked({ busy: false, error });
    }
  };
  return (
    <>
      <PageTitle title="Test access" />
      <p class="lead">
        Asks the gateway what it would answer, and why. Nothing is sent to the chat platform.
      </p>
      <form
        class="card test"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void ask();
        }}
      >
        <RequestFields typed={kept} onTyped={setKept} scope={scope} />
        <PersonFields typed={kept} onTyped={setKept} token={token} onToken={setToken} scope={scope} />
        <div class="actions">
          <button type="submit" class="primary" aria-disabled={asked.busy || kept.target.trim() === ''}>
            {asked.busy ? 'Asking…' : 'Test access'}
          </button>
        </div>
      </form>
      <Failure error={asked.error} />
      <div aria-live="polite">{asked.answer === undefined ? null : <Result answer={asked.answer} />}</div>
      <SeenAs />
    </>
  );
}
