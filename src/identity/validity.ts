import type { Known } from '../policy/principal.ts';
import type { Issuer } from './issuer.ts';
import type { VerifyKey } from './key.ts';
import { bad, type Verdict } from './verdict.ts';

/** A token whose signature was good, and the key that said so. */
export interface Verified {
  readonly known: Known;
  readonly notBeforeMs: number;
  readonly issuer: Issuer;
  readonly key: VerifyKey;
}

/** Whether a token that verifies was taken back; asked at each use, so that what is remembered ends with it. */
export type Revoked = (known: Known) => boolean | 'unknown';

/** A good signature holds from one time to another, and until it is taken back. */
export function judge(revoked: Revoked, { known, notBeforeMs }: Verified, nowMs: number): Verdict {
  if (nowMs >= known.expiresAtMs) return bad('expired', 'it has expired');
  if (nowMs < notBeforeMs) return tooEarly;
  const taken = revoked(known);
  if (taken === true) return takenBack;
  return taken === 'unknown' ? maybeTakenBack(known) : { kind: 'known', known };
}

const takenBack = bad('revoked', 'it has been revoked');

const maybeTakenBack = (known: Known): Verdict => ({
  kind: 'unknown',
  reason: 'revocations-unavailable',
  possible: [known],
  otherwise: 'revoked',
  why: 'whether it was revoked cannot be known now',
});

export const tooEarly = bad('invalid', 'it is not valid yet, or was issued in the future');
