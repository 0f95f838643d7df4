import type { IdentityUnavailableReason } from '../policy/reason.ts';
import type { Known } from '../policy/principal.ts';

/** What one presented token proves. `why` is a constant sentence for operators, never a part of the token. */
export type Verdict = { readonly kind: 'known'; readonly known: Known } | Bad | Unknown;

/** Its keys, or what was taken back, cannot be known now: it is one of `possible`, or bad. */
export interface Unknown {
  readonly kind: 'unknown';
  readonly reason: IdentityUnavailableReason;
  readonly possible: readonly Known[];
  readonly otherwise: Bad['reason'];
  readonly why: string;
}

export interface Bad {
  readonly kind: 'bad';
  readonly reason: 'invalid' | 'expired' | 'foreign' | 'revoked';
  readonly why: string;
}

export function bad(reason: Bad['reason'], why: string): Bad {
  return { kind: 'bad', reason, why };
}

/** Stands for a token that its request, or its address, had no check left for: it could be anything. */
export const unchecked = bad('invalid', 'it was not checked: too many came with it, or failed before it');
