import { tokenCauses, type TokenCause } from '../policy/cause.ts';
import type { Known } from '../policy/principal.ts';

/** What one presented token proves. */
export type Verdict = { readonly kind: 'known'; readonly known: Known } | Bad | Unknown;

/** Its keys, or what was taken back, cannot be known now: it is one of `possible`, or bad. */
export interface Unknown {
  readonly kind: 'unknown';
  readonly reason: 'keys-unavailable' | 'revocations-unavailable';
  readonly possible: readonly Known[];
  /** What it is where it is none of them. */
  readonly otherwise: TokenCause;
}

export interface Bad {
  readonly kind: 'bad';
  readonly reason: 'invalid' | 'expired' | 'foreign' | 'revoked';
  readonly cause: TokenCause;
  /** The issuer that was tried, by its configured name. */
  readonly tried?: string;
}

/** A token that proves nothing; `invalid` is what every cause without a reason of its own comes to. */
export function bad(cause: TokenCause, tried?: string): Bad {
  return { kind: 'bad', reason: reasonOf(cause), cause, ...(tried !== undefined && { tried }) };
}

function reasonOf(cause: TokenCause): Bad['reason'] {
  if (cause === 'expired' || cause === 'revoked') return cause;
  return cause === 'unknown-issuer' ? 'foreign' : 'invalid';
}

/** For operators; never a part of the token. */
export function verdictText(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'known':
      return `verified, a token of ${verdict.known.issuer}`;
    case 'unknown':
      return `${verdict.reason}: ${tokenCauses[verdict.reason]}`;
    case 'bad': {
      const tried = verdict.tried === undefined ? '' : ` (issuer ${verdict.tried})`;
      return `${verdict.cause}: ${tokenCauses[verdict.cause]}${tried}`;
    }
  }
}

/** Stands for a token that its request, or its address, had no check left for: it could be anything. */
export const unchecked = bad('not-checked');
