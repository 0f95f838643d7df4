import type { TokenCause } from './cause.ts';
import type { AnonymousReason, BearerReason, IdentityUnavailableReason } from './reason.ts';

/** Bots, as a token or an issuer names them. */
export type Bots = ReadonlySet<string> | 'all';

/** True if `bots` has exactly this bot. */
export function hasBot(bots: Bots, bot: string): boolean {
  return bots === 'all' || bots.has(bot);
}

/**
 * How a credential came. A cookie is sent by the browser itself, whoever's page makes it; `header` is any but
 * `Authorization`, which a proxy in front may add to whatever passes. All but cookies are put there on purpose, and
 * never fall back to them.
 */
export type Via = 'bearer' | 'cookie' | 'header' | 'query' | 'protocol';

/** True for what a browser, or a proxy in front, adds by itself to the requests of anybody's page. */
export function isAmbient(via: Via): boolean {
  return via === 'cookie' || via === 'header';
}

/** Who asks, as verified. Each of `member`, `contact` and `admin` is there only where the issuer may grant it. */
export interface Known {
  readonly kind: 'known';
  readonly via: Via;
  /** The configured name of the issuer, or of the kind of session. */
  readonly issuer: string;
  /** The kind of session, where it is no token that said so. */
  readonly session?: string;
  /** The kind of session of which a credential was presented; said where the platform's own answer decides. */
  readonly brings?: string;
  readonly subject: string;
  /** Unix time in milliseconds at which the token says that it was issued. */
  readonly issuedAtMs?: number;
  /** The session at the issuer, and the token itself, where the token names them: for revocation. */
  readonly sid?: string;
  readonly jti?: string;
  /** Unix time in milliseconds, tolerance included: not valid from then on. */
  readonly expiresAtMs: number;
  /** Bots that the issuer may speak of at all. */
  readonly issuerBots: Bots;
  readonly member?: { readonly bots: Bots };
  readonly contact?: { readonly id?: string; readonly conversations: ReadonlySet<string> };
  readonly admin?: { readonly superAdmin: boolean; readonly ownedBots: ReadonlySet<string> };
}

/** Why what was presented proves nothing, for operators. */
export interface WhyNot {
  readonly cause?: TokenCause;
  /** The issuer that was tried, by its configured name. */
  readonly tried?: string;
}

/** Nobody, and why: no credential, or cookies that prove nothing. */
export interface Anonymous extends WhyNot {
  readonly kind: 'anonymous';
  readonly reason: AnonymousReason;
  readonly brings?: string;
}

/** A bearer was presented and proves nothing. */
export interface RefusedBearer extends WhyNot {
  readonly kind: 'refused';
  readonly reason: BearerReason;
}

/** It cannot be known now who asks: `possible` lists everyone it could turn out to be. */
export interface Undetermined {
  readonly kind: 'undetermined';
  readonly via: Via;
  readonly reason: IdentityUnavailableReason;
  readonly brings?: string;
  readonly possible: readonly (Known | Anonymous)[];
}

/** Who asks, as far as proven. */
export type Principal = Known | Anonymous | RefusedBearer | Undetermined;
