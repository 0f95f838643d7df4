import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { revertChange } from '../api/calls.ts';
import { liveness, useGateways } from '../state/gateways.tsx';
import type { Gateways } from '../state/gateways.tsx';
import { useNotices } from '../state/notice.tsx';
import type { Notice } from '../state/notice.tsx';
import { failureText } from './message.tsx';

const shownMs = 20_000;

/** Says what was done and where it is live; undo is at hand while it is said, and in the change log for good. */
export function NoticeBar() {
  const { notice, dismiss } = useNotices();
  const gateways = useGateways();
  const bar = useRef<HTMLDivElement>(null);
  useLeaving(notice, dismiss, bar);
  const text = notice === undefined ? '' : `${notice.text}${notice.tone === 'ok' ? liveText(gateways) : ''}`;
  return (
    <div ref={bar} class={notice === undefined ? 'notice none' : `notice ${notice.tone}`}>
      <p role="status">{text}</p>
      {notice === undefined ? null : (
        <div class="actions">
          {notice.undo === undefined ? null : <Undo key={notice.text} notice={notice} />}
          <button type="button" class="small" onClick={dismiss}>
            Dismiss
          </button>
        </div>
      )}
    </div>
  );
}

/** It leaves with its page; and when it was there for long enough, unless somebody is at it or it went wrong. */
function useLeaving(
  notice: Notice | undefined,
  dismiss: () => void,
  bar: RefObject<HTMLElement | null>,
): void {
  useEffect(() => {
    if (notice === undefined) return undefined;
    addEventListener('hashchange', dismiss);
    const timer = setInterval(() => {
      if (notice.tone !== 'bad' && bar.current?.matches(':hover, :focus-within') !== true) dismiss();
    }, shownMs);
    return () => {
      removeEventListener('hashchange', dismiss);
      clearInterval(timer);
    };
  }, [notice, dismiss]);
}

function liveText(gateways: Gateways): string {
  const at = gateways.silent || gateways.trouble !== undefined ? undefined : liveness(gateways);
  if (at === undefined) return '';
  const on = ` Live on ${at.live} of ${at.of} ${at.of === 1 ? 'gateway' : 'gateways'}.`;
  return at.live >= at.of ? on : `${on} The others are still to follow.`;
}

function Undo({ notice }: { readonly notice: Notice }) {
  const ref = useRef<HTMLButtonElement>(null);
  const [busy, setBusy] = useState(false);
  const { say } = useNotices();
  const { note } = useGateways();
  useEffect(() => {
    if (notice.takeFocus === true) requestAnimationFrame(() => ref.current?.focus());
  }, []);
  const undo = async (): Promise<void> => {
    if (busy || notice.undo === undefined) return;
    setBusy(true);
    try {
      if ('task' in notice.undo) await notice.undo.task();
      else note(await revertChange(notice.undo.revision));
      say({ text: 'Undone: it is as it was before.', tone: 'ok' });
      document.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true });
      notice.undo.done();
    } catch (error) {
      setBusy(false);
      say({ ...notice, text: `Could not be undone. ${failureText(error)}`, tone: 'bad', takeFocus: false });
    }
  };
  return (
    <button type="button" class="small strong" ref={ref} onClick={() => void undo()}>
      {busy ? 'Undoing…' : 'Undo'}
    </button>
  );
}
