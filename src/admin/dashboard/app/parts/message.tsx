import type { ComponentChildren } from 'preact';
import { ApiError } from '../api/request.ts';
import type { MemberError } from '../api/types.ts';
import type { Effect } from '../ranges/effects.ts';

export type Tone = 'info' | 'ok' | 'warn' | 'bad';

const mark: Record<Tone, string> = { info: 'i', ok: '✓', warn: '!', bad: '×' };

/** A boxed sentence; the mark says its tone to those who do not see the colour. */
export function Message({ tone, children }: { readonly tone: Tone; readonly children: ComponentChildren }) {
  return (
    <div class={`message ${tone}`}>
      <span class="mark" aria-hidden="true">
        {mark[tone]}
      </span>
      <div>{children}</div>
    </div>
  );
}

/** What something means or would do, one box each. */
export function Effects({ effects }: { readonly effects: readonly Effect[] }) {
  return (
    <>
      {effects.map((effect) => (
        <Message key={effect.text} tone={effect.tone}>
          {effect.text}
        </Message>
      ))}
    </>
  );
}

/** What went wrong, read out at once. Nothing where nothing did. */
export function Failure({ error }: { readonly error: unknown }) {
  return (
    <div role="alert">{error === undefined ? null : <Message tone="bad">{failureText(error)}</Message>}</div>
  );
}

/** One plain sentence for a failed call. */
export function failureText(error: unknown): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
  const { problem } = error;
  if (problem.status === 401) return 'Your session is over. Log in again, then repeat: nothing was changed.';
  const fields = (problem.errors ?? []).slice(0, 5).map(mistakeText);
  return [problem.detail ?? problem.title, ...fields].join(' ');
}

/** One field's mistake as a sentence; an import's by the number of its entry. */
export function mistakeText({ field, message, index }: MemberError): string {
  const place = index === undefined ? '' : `Range ${index + 1}: `;
  return `${place}${field === '' ? '' : `${field} `}${message}.`;
}
