import { useState } from 'preact/hooks';
import { openSession } from '../api/calls.ts';
import { ApiError } from '../api/request.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Failure, Message } from '../parts/message.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { rememberPlace } from '../routes.ts';
import { useSession } from '../state/session.tsx';

/** Nobody is signed in, or somebody who may not manage anything. */
export function SignInScreen() {
  const { standing, why } = useSession();
  const title = standing === 'forbidden' ? 'You may not manage access' : 'Log in';
  return (
    <div class="sign-in card">
      <PageTitle title={title} />
      {standing === 'forbidden' ? (
        <p>
          You are signed in, but only super admins and bot owners manage whitelists. Log in as somebody who
          is.
        </p>
      ) : null}
      {standing === 'unreachable' ? <Message tone="bad">{why}</Message> : null}
      {standing === 'none' ? (
        <p>Super admins and bot owners manage here who may see chat transcripts.</p>
      ) : null}
      <WaysIn newTab={false} />
    </div>
  );
}

/** Over the page that was being worked on: nothing typed there is lost, and it can be looked at. */
export function SessionOver() {
  const { loginUrl } = useSession();
  const [open, setOpen] = useState(true);
  return (
    <>
      <div class="session-over">
        <p>Your session is over: nothing can be saved.</p>
        <button type="button" class="small" onClick={() => setOpen(true)}>
          Log in again
        </button>
      </div>
      {open ? (
        <Dialog title="Your session is over" onClose={() => setOpen(false)}>
          <p>
            Nothing was changed since, and what you typed is still here.{' '}
            {loginUrl === undefined
              ? 'Paste a token to go on.'
              : 'Log in again, come back to this tab, and go on.'}
          </p>
          <WaysIn newTab />
        </Dialog>
      ) : null}
    </>
  );
}

function WaysIn({ newTab }: { readonly newTab: boolean }) {
  const { loginUrl, recheck } = useSession();
  return (
    <>
      {loginUrl === undefined ? null : (
        <div class="actions">
          <a
            class="button primary"
            href={loginUrl}
            onClick={rememberPlace}
            {...(newTab ? { target: '_blank', rel: 'noopener' } : {})}
          >
            {newTab ? 'Log in, in a new tab' : 'Log in'}
          </a>
          {newTab ? (
            <button type="button" onClick={() => void recheck()}>
              I have logged in
            </button>
          ) : null}
        </div>
      )}
      <TokenForm secondary={loginUrl !== undefined} />
    </>
  );
}

/** Exchanges a token for a cookie of this door. */
function useToken() {
  const { recheck } = useSession();
  const [token, setToken] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const send = async (): Promise<void> => {
    if (busy || token.trim() === '') return;
    setBusy(true);
    setError(undefined);
    try {
      await openSession(token.trim());
      setToken('');
      await recheck();
    } catch (failure) {
      setError(refusedToken(failure));
    }
    setBusy(false);
  };
  return { token, setToken, busy, error, send };
}

/** The door without the site's cookie: a token is pasted, and kept by the browser where no script reads it. */
function TokenForm({ secondary }: { readonly secondary: boolean }) {
  const { token, setToken, busy, error, send } = useToken();
  return (
    <form
      class="token"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <Field
        label={secondary ? 'Or paste a token' : 'Token'}
        type="password"
        value={token}
        onValue={setToken}
        hint="An admin’s token of an issuer that this gateway trusts, or the gateway’s own (admin.token). This browser keeps it where no script reads it, until it expires or you log out."
      />
      <div class="actions">
        <button type="submit" class={secondary ? '' : 'primary'} aria-disabled={busy || token.trim() === ''}>
          {busy ? 'Checking…' : 'Use this token'}
        </button>
      </div>
      <Failure error={error} />
    </form>
  );
}

function refusedToken(failure: unknown): unknown {
  if (!(failure instanceof ApiError) || failure.status !== 401) return failure;
  return new Error(`The gateway does not take this token. ${failure.problem.detail ?? ''}`.trim());
}
