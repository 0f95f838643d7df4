import type { Principal } from '../../src/policy/principal.ts';
import { defaultCacheEntries, defaultClaims, defaultJwks } from '../../src/identity/options.ts';
import type {
  IdentityOptions,
  IssuerOptions,
  KeyOptions,
  PublicAlgorithm,
} from '../../src/identity/options.ts';
import type { Verifier } from '../../src/identity/verifier.ts';
import { createSigner, seconds, type Signer } from '../support/tokens.ts';

export const quiet = { info: () => undefined, warn: () => undefined };

export const ISS = 'https://issuer.example/';
export const AUD = 'transcript-gateway';

/** A member's claims that hold, with these changes; undefined takes one away. */
export function claims(changes: object = {}): Record<string, unknown> {
  const base = {
    iss: ISS,
    aud: AUD,
    sub: 'ada',
    iat: seconds(-10),
    exp: seconds(600),
    bots: ['sales', 'support'],
  };
  return { ...base, ...changes };
}

export function issuer(changes: Partial<IssuerOptions> = {}): IssuerOptions {
  return {
    ...{ name: 'staff', issuer: ISS, audience: AUD, keys: [], from: ['bearer', 'cookie:session'] },
    ...{ grants: ['member', 'admin'], bots: null, claims: defaultClaims },
    ...{ superAdminRole: 'super_admin', allBots: null },
    ...changes,
  };
}

export function options(issuers: readonly IssuerOptions[], jwks: object = {}): IdentityOptions {
  return {
    issuers,
    clockToleranceSeconds: 30,
    jwks: { ...defaultJwks, ...jwks },
    cacheEntries: defaultCacheEntries,
  };
}

/** The public half of a signer as the configuration gives it. */
export function publicOf(signer: Signer): KeyOptions {
  const algorithm = signer.algorithm as PublicAlgorithm;
  const publicKey = Buffer.from(signer.publicPem);
  return { algorithm, publicKey, ...(signer.kid !== undefined && { kid: signer.kid }) };
}

export function secretOf(signer: Signer): KeyOptions {
  const algorithm = signer.algorithm as 'HS256';
  return { algorithm, secret: signer.secret, ...(signer.kid !== undefined && { kid: signer.kid }) };
}

export const signers = {
  hs: createSigner('HS256', 'hs-1'),
  rs: createSigner('RS256', 'rs-9'),
  es: createSigner('ES256', 'es-1'),
  ed: createSigner('EdDSA', 'ed-1'),
  ps: createSigner('PS256', 'ps-1'),
} as const;

/** `known`, or the reason. */
export function word(principal: Principal): string {
  switch (principal.kind) {
    case 'known':
      return 'known';
    case 'anonymous':
    case 'refused':
      return principal.reason;
    case 'undetermined':
      return `${principal.reason}: ${principal.possible.map(word).join(', ')}`;
  }
}

export async function bearer(verifier: Verifier, token: string, nowMs = Date.now()): Promise<Principal> {
  return verifier.identify({ bearer: token, cookies: [] }, nowMs);
}

/** Cookies as `name=value` texts. */
export async function cookies(verifier: Verifier, ...texts: string[]): Promise<Principal> {
  const pairs = texts.map((text) => {
    const at = text.indexOf('=');
    return { name: text.slice(0, at), value: text.slice(at + 1) };
  });
  return verifier.identify({ cookies: pairs }, Date.now());
}
