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
export type IsRevoked = (known: Known) => boolean | 'unknown';

/** A good signature holds from one time to another, and until it is taken back. */
export function checkValidity(revoked: IsRevoked, { known, notBeforeMs }: Verified, nowMs: number): Verdict {
  if (nowMs >= known.expiresAtMs) return bad('expired', known.issuer);
  if (nowMs < notBeforeMs) return bad('not-yet-valid', known.issuer);
  const taken = revoked(known);
  if (taken === true) return bad('revoked', known.issuer);
  return taken === 'unknown' ? maybeTakenBack(known) : { kind: 'known', known };
}

const maybeTakenBack = (known: Known): Verdict => ({
  kind: 'unknown',
  reason: 'revocations-unavailable',
  possible: [known],
  otherwise: 'revoked',
});
