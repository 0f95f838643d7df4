import { importJWK, SignJWT } from 'jose';
import type { Answer } from '../access/question.ts';
import type { SigningKey } from '../policy-store/signing-keys.ts';

export interface AssertionOptions {
  readonly issuer: string;
  readonly audience: string;
  /** At most 60. */
  readonly lifetimeSeconds: number;
}

/** Tells the platform, in a way that it can verify, whom it is asked by and why. */
export interface Assertion {
  /** A JWT (RFC 7519) for one request; undefined while there is no key to sign with. */
  sign(answer: Answer, requestId: string): Promise<string | undefined>;
}

type Material = Awaited<ReturnType<typeof importJWK>>;

export function createAssertion(
  { issuer, audience, lifetimeSeconds }: AssertionOptions,
  current: () => SigningKey | undefined,
): Assertion {
  let last: { readonly kid: string; readonly material: Promise<Material> } | undefined;
  const materialOf = ({ kid, jwk, algorithm }: SigningKey): Promise<Material> => {
    if (last?.kid !== kid) last = { kid, material: importJWK({ ...jwk }, algorithm) };
    return last.material;
  };
  return {
    async sign(answer, requestId) {
      const key = current();
      if (key === undefined) return undefined;
      const seconds = Math.floor(Date.now() / 1000);
      return new SignJWT({ ...claimsOf(answer), request_id: requestId })
        .setProtectedHeader({ alg: key.algorithm, kid: key.kid, typ: 'JWT' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(seconds)
        .setExpirationTime(seconds + lifetimeSeconds)
        .sign(await materialOf(key));
    },
  };
}

/** What the plain headers say; whoever comes by their address alone has no `sub`. */
function claimsOf({ decision, enforced, principal, resource }: Answer): Record<string, unknown> {
  const known = principal.kind === 'known' ? principal : undefined;
  return {
    ...(known && { sub: known.subject, sub_issuer: known.issuer }),
    ...(resource.kind === 'transcript' && { bot: resource.bot }),
    reason: decision.reason,
    enforced,
  };
}

/** True for a request that the platform is told about. */
export function isAsserted({ decision, resource }: Answer): boolean {
  return resource.kind !== 'other' && decision.reason !== 'preflight';
}
