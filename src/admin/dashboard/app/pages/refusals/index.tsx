import { useState } from 'preact/hooks';
import { getRefusals, settleRefusals } from '../../api/calls.ts';
import { ApiError } from '../../api/request.ts';
import type { Refusal, Refusals } from '../../api/types.ts';
import { Confirm } from '../../parts/dialog.tsx';
import { lazily } from '../../parts/lazy.tsx';
import { Failure, Message } from '../../parts/message.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { RecordGaps } from '../../parts/record-gaps.tsx';
import { When, counted } from '../../parts/time.tsx';
import { hrefOf } from '../../routes.ts';
import { useLoad } from '../../state/load.ts';
import { useNotices } from '../../state/notice.tsx';
import { usePoll } from '../../state/poll.ts';
import { placeOf, RefusalTable } from './table.tsx';

/** What reads ranges is fetched when it is needed. */
const Allow = lazily(() => import('./allow.tsx').then((module) => module.Allow));

type Doing = { readonly what: 'allow' | 'dismiss'; readonly refusal: Refusal };

/** *Refusals*: who was turned away and has not come in since; to be let in, or dismissed. */
export function RefusalsScreen({ dismissed }: { readonly dismissed: boolean }) {
  const { value, error, reload } = useLoad(() => getRefusals({ dismissed: String(dismissed) }), [dismissed]);
  usePoll(() => void reload(), 15_000);
  const [doing, setDoing] = useState<Doing>();
  const stop = (): void => setDoing(undefined);
  const recall = useSettling('recall', reload);
  const onSettle = (refusal: Refusal): void =>
    dismissed ? void recall.settle(refusal) : setDoing({ what: 'dismiss', refusal });
  return (
    <>
      <PageTitle title={dismissed ? 'Dismissed refusals' : 'Refusals'} />
      <p class="lead">{dismissed ? leads.dismissed : leads.open}</p>
      {isUnrecorded(error) ? (
        <Message tone="info">No record of decisions is kept here: the configuration switches it off.</Message>
      ) : (
        <Failure error={error ?? recall.error} />
      )}
      {value === undefined ? (
        error === undefined && <p role="status">Loading…</p>
      ) : (
        <List value={value} onAllow={(refusal) => setDoing({ what: 'allow', refusal })} onSettle={onSettle} />
      )}
      <Others dismissed={dismissed} count={value?.dismissedCount ?? 0} />
      {doing?.what === 'allow' ? <Allow refusal={doing.refusal} onClose={stop} onDone={reload} /> : null}
      {doing?.what === 'dismiss' ? <Dismiss refusal={doing.refusal} onClose={stop} onDone={reload} /> : null}
    </>
  );
}

const leads = {
  open: 'Visitors who were turned away, by address and bot. Who has come in since, or would come in now, is left out.',
  dismissed: 'What an admin dismissed: nobody is told of it, however often it comes again.',
};

const networksOnly =
  'Of an address only its network is recorded. Who came in from a network hides who was turned away there before.';

function isUnrecorded(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

interface ListProps {
  readonly value: Refusals;
  readonly onAllow: (refusal: Refusal) => void;
  readonly onSettle: (refusal: Refusal) => void;
}

function List({ value: { refusals, more, since, gaps }, onAllow, onSettle }: ListProps) {
  const found = refusals.length === 0 ? 'Nothing waits here' : counted(refusals.length, 'entry', 'entries');
  return (
    <section class="card" aria-label="Refusals">
      <p class="hint" role="status">
        {found}
        {more === true ? ' and more' : ''}, since <When at={since} />.
      </p>
      {refusals.length === 0 ? null : (
        <RefusalTable refusals={refusals} onAllow={onAllow} onSettle={onSettle} />
      )}
      {refusals.some(({ newest }) => newest.clientNetwork !== undefined) ? (
        <p class="hint">{networksOnly}</p>
      ) : null}
      <RecordGaps gaps={gaps} />
    </section>
  );
}

function Others({ dismissed, count }: { readonly dismissed: boolean; readonly count: number }) {
  return (
    <p class="more">
      <a href={hrefOf({ page: 'refusals', dismissed: !dismissed })}>
        {dismissed ? 'Back to what waits' : counted(count, 'dismissed entry', 'dismissed entries')}
      </a>
    </p>
  );
}

/** Dismisses or recalls, says so, and can be undone. */
function useSettling(what: 'dismiss' | 'recall', reload: () => Promise<void>, close?: () => void) {
  const [state, setState] = useState<{ readonly busy: boolean; readonly error?: unknown }>({ busy: false });
  const { say } = useNotices();
  const settle = async (refusal: Refusal): Promise<void> => {
    setState({ busy: true });
    try {
      await settleRefusals(what, refusal);
      close?.();
      const back = what === 'dismiss' ? 'recall' : 'dismiss';
      const task = async (): Promise<void> => void (await settleRefusals(back, refusal));
      const done = what === 'dismiss' ? 'Dismissed' : 'Waits again';
      const text = `${done}: ${placeOf(refusal)} at ${refusal.bot}.`;
      say({ text, tone: 'info', undo: { task, done: () => void reload() }, takeFocus: true });
      setState({ busy: false });
      await reload();
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  return { ...state, settle };
}

interface DismissProps {
  readonly refusal: Refusal;
  readonly onClose: () => void;
  readonly onDone: () => Promise<void>;
}

function Dismiss({ refusal, onClose, onDone }: DismissProps) {
  const { busy, error, settle } = useSettling('dismiss', onDone, onClose);
  return (
    <Confirm
      title="Dismiss these refusals?"
      yes="Dismiss"
      busy={busy}
      danger={false}
      onYes={() => void settle(refusal)}
      onNo={onClose}
    >
      <p>
        No admin is told any more of <strong>{placeOf(refusal)}</strong> at bot <strong>{refusal.bot}</strong>
        , now or when it comes again. Nobody is let in or shut out by it. You can undo this, and it stays
        among the dismissed ones.
      </p>
      <Failure error={error} />
    </Confirm>
  );
}
