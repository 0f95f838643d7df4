import { useEffect, useRef, useState } from 'preact/hooks';
import { revertChange } from '../api/calls.ts';
import { liveness, useGateways } from '../state/gateways.tsx';
import type { Gateways } from '../state/gateways.tsx';
import { useNotices } from '../state/notice.tsx';
import type { Notice } from '../state/notice.tsx';
import { failureText } from './message.tsx';

/** Says what was done and where it is live; undo is at hand until the next change. */
export function NoticeBar() {
  const { notice, dismiss } = useNotices();
  const gateways = useGateways();
  const text = notice === undefined ? '' : `${notice.text}${notice.tone === 'ok' ? liveText(gateways) : ''}`;
  return (
    <div class={notice === undefined ? 'notice none' : `notice ${notice.tone}`}>
      <p role="status">{text}</p>
      {notice === undefined ? null : (
        <div class="actions">
          {notice.undo === undefined ? null : <Undo key={notice.undo.revision} notice={notice} />}
          <button type="button" class="small" onClick={dismiss}>
            Dismiss
          </button>
        </div>
      )}
    </div>
  );
}

function liveText(gateways: Gateways): string {
  const at = gateways.silent ? undefined : liveness(gateways);
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
      const written = await revertChange(notice.undo.revision);
      note(written);
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
