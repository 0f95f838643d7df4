import type { Known } from '../policy/principal.ts';
import type { TokenFacts } from './claims.ts';
import { readGrants } from './grants.ts';
import type { Issuer } from './issuer.ts';
import { own, type JsonObject } from '../json.ts';
import { viaOf, type TokenPlace } from './place.ts';

/** The person that a verified token of this issuer makes. */
export function toKnown(issuer: Issuer, standing: TokenFacts, claims: JsonObject, place: TokenPlace): Known {
  return {
    kind: 'known',
    via: viaOf(place),
    issuer: issuer.name,
    subject: issuer.iss?.within(claims, standing.subject) ?? standing.subject,
    expiresAtMs: standing.expiresAtMs,
    ...(standing.issuedAtMs !== undefined && { issuedAtMs: standing.issuedAtMs }),
    ...named(claims),
    issuerBots: issuer.bots,
    ...readGrants(claims, issuer.rules),
  };
}

/** What a revocation may name beside the subject: the session at the issuer (OpenID Connect), and the token itself. */
function named(claims: JsonObject): Pick<Known, 'sid' | 'jti'> {
  const [sid, jti] = [own(claims, 'sid'), own(claims, 'jti')];
  return { ...(typeof sid === 'string' && { sid }), ...(typeof jti === 'string' && { jti }) };
}

const IMAGINED_MS = 3_600_000;

/**
 * The person that such claims would make if this issuer signed them: for explain, which asks "what if". A name or a
 * time that the claims leave out is filled in; undefined where the issuer is not there or they have expired.
 */
export function imagineKnown(
  issuers: readonly Issuer[],
  name: string | undefined,
  claims: JsonObject,
  nowMs: number,
): Known | undefined {
  const iss = own(claims, 'iss');
  const issuer = issuers.find(
    (one) =>
      (name === undefined || one.name === name) &&
      (iss === undefined || (typeof iss === 'string' && one.iss?.match(iss, claims) !== undefined)),
  );
  if (issuer === undefined) return undefined;
  const [sub, exp, iat] = [own(claims, 'sub'), own(claims, 'exp'), own(claims, 'iat')];
  const subject = typeof sub === 'string' && sub !== '' ? sub : 'unnamed';
  const expiresAtMs = typeof exp === 'number' ? exp * 1000 : nowMs + IMAGINED_MS;
  if (!(expiresAtMs > nowMs)) return undefined;
  const issuedAtMs = typeof iat === 'number' ? iat * 1000 : nowMs;
  return toKnown(issuer, { subject, expiresAtMs, issuedAtMs, notBeforeMs: -Infinity }, claims, 'bearer');
}
