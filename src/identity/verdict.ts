import type { Known } from '../policy/principal.ts';

/** What one presented token proves. `why` is a constant sentence for operators, never a part of the token. */
export type Verdict =
  | { readonly kind: 'known'; readonly known: Known }
  | Bad
  /** Its keys cannot be had now: it is one of `possible`, or bad. */
  | { readonly kind: 'unknown'; readonly possible: readonly Known[]; readonly why: string };

export interface Bad {
  readonly kind: 'bad';
  readonly reason: 'invalid' | 'expired' | 'foreign';
  readonly why: string;
}

export function bad(reason: Bad['reason'], why: string): Bad {
  return { kind: 'bad', reason, why };
}

/** Stands for a token that its request, or its address, had no check left for: it could be anything. */
export const unchecked = bad('invalid', 'it was not checked: too many came with it, or failed before it');
