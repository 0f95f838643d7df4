/** Why an answer was given: a closed list, one reason an answer, the same word in the log, the header and the body. */
export type ForwardReason =
  | 'preflight'
  | 'not-guarded'
  | 'bot-access'
  | 'own-history'
  | 'platform-decides'
  | 'whitelisted-bot'
  | 'whitelisted-platform'
  | 'open-link';

/** A bearer that proves nothing: never falls back to a cookie or an address. */
export type BearerReason = 'token-invalid' | 'token-expired' | 'token-revoked' | 'token-foreign';

/** Nobody is signed in, and why. */
export type AnonymousReason =
  'no-credential' | 'session-expired' | 'session-revoked' | 'session-ended' | 'session-invalid';

export type DenyReason =
  | 'path-ambiguous'
  | 'not-open'
  | 'bot-unresolved'
  | 'no-access'
  | 'link-expired'
  | 'method-not-allowed'
  | 'upgrade-required';

/** What cannot be known now. */
export type IdentityUnavailableReason =
  'keys-unavailable' | 'revocations-unavailable' | 'sessions-unavailable';
export type UnavailableReason =
  | 'policy-unavailable'
  | 'lookup-unavailable'
  | 'links-unavailable'
  | 'platform-unproven'
  | 'log-unavailable'
  | IdentityUnavailableReason;

export type LoginReason = BearerReason | AnonymousReason;
export type Reason = ForwardReason | LoginReason | DenyReason | UnavailableReason;

export type Outcome = 'forward' | 'login' | 'deny' | 'unavailable';

/** The range that let a visitor in. */
export interface RangeMatch {
  scope: Scope;
  id: string;
}

/** Whose policy: the whole platform's or one bot's. */
export type Scope = 'platform' | `bot:${string}`;

/** Outcome and reason; the only thing that enforcement acts on. */
export type Decision =
  | { readonly outcome: 'forward'; readonly reason: ForwardReason; readonly range?: RangeMatch }
  | { readonly outcome: 'login'; readonly reason: LoginReason }
  | { readonly outcome: 'deny'; readonly reason: DenyReason }
  | { readonly outcome: 'unavailable'; readonly reason: UnavailableReason };
