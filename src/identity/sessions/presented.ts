import type { Known } from '../../policy/principal.ts';

/** A credential of a session, as a request presents it. */
export interface PresentedSession {
  readonly kind: string;
  /** Its parts as headers: name, value, name, value. */
  readonly headers: readonly string[];
  /** True where a browser sends it of its own accord. */
  readonly ambient: boolean;
  readonly bearer: boolean;
  readonly token: string;
}

/** Who brings it, as far as it matters for asking. */
export interface Presenter {
  /** The client IP; absent while unknown. */
  readonly address?: string | undefined;
  /** The Host that the request names. */
  readonly host?: string | undefined;
}

/** What a credential proves now. */
export type SessionVerdict =
  | { readonly kind: 'known'; readonly known: Known }
  | { readonly kind: 'nobody' }
  /** Nobody, and it was somebody a short while ago: it ended in passing. */
  | { readonly kind: 'ended' }
  | { readonly kind: 'unknown'; readonly why: string };
