import { createHash, webcrypto, type KeyObject } from 'node:crypto';
import { isObject, own, type JsonObject } from '../json.ts';
import { curves, fixed, importChain, importJwk, importKey } from './key-material.ts';
import { hmacAlgorithms, minSecretBytes, publicAlgorithms } from './options.ts';
import type { Algorithm, HmacAlgorithm, PublicAlgorithm } from './options.ts';

/** A key and what it verifies: one algorithm, or those of RSA where a key set leaves it open. */
export interface VerifyKey {
  readonly kid?: string;
  readonly algorithms: readonly Algorithm[];
  /** What jose takes: it imports a KeyObject once and remembers it; a secret is imported here, once. */
  readonly material: KeyObject | Promise<webcrypto.CryptoKey>;
  /** Equal for the same key under the same name and algorithm. */
  readonly fingerprint: string;
}

/** The algorithm of a header or a JWK; RFC 9864's name for EdDSA over Ed25519 is the same one. */
export function readAlgorithm(name: unknown): Algorithm | undefined {
  const known = name === 'Ed25519' ? 'EdDSA' : name;
  return [...hmacAlgorithms, ...publicAlgorithms].find((algorithm) => algorithm === known);
}

export function isHmac(algorithm: Algorithm): algorithm is HmacAlgorithm {
  return hmacAlgorithms.some((hmac) => hmac === algorithm);
}

function secretFault(algorithm: HmacAlgorithm, secret: Uint8Array): string | undefined {
  const least = minSecretBytes[algorithm];
  if (secret.length < least)
    return `the secret has ${String(secret.length)} bytes; ${algorithm} needs at least ${String(least)}`;
  // With a public key as the secret everybody can sign.
  const isPublic = Buffer.from(secret).includes('-----BEGIN ');
  return isPublic ? 'the secret is a PEM file; a key of its own algorithm is meant' : undefined;
}

/** A shared secret as a key; a sentence where it is none. */
export function secretKey(algorithm: HmacAlgorithm, secret: Uint8Array, kid?: string): VerifyKey | string {
  const fault = secretFault(algorithm, secret);
  if (fault !== undefined) return fault;
  const hash = `SHA-${algorithm.slice(2)}`;
  const material = webcrypto.subtle.importKey('raw', secret, { name: 'HMAC', hash }, false, ['verify']);
  const fingerprint = createHash('sha256').update(algorithm).update(secret).digest('base64url');
  return { algorithms: [algorithm], material, fingerprint, ...(kid !== undefined && { kid }) };
}

/** A public key of a file: PEM (SPKI or X.509) or JWK. A sentence where it is none, or none for the algorithm. */
export function publicKey(algorithm: PublicAlgorithm, bytes: Uint8Array, kid?: string): VerifyKey | string {
  const text = Buffer.from(bytes).toString('utf8').trim();
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) return 'it is a private key; give the public one';
  if (!text.startsWith('{')) return fixed(importKey({ key: text, format: 'pem' }), algorithm, kid);
  const jwk = parseObject(text);
  if (jwk === undefined) return 'it is neither PEM nor a JWK';
  if (own(jwk, 'd') !== undefined) return 'it is a private key; give the public one';
  const named = own(jwk, 'alg');
  if (!mayVerify(jwk) || (named !== undefined && readAlgorithm(named) !== algorithm))
    return `it says itself that it is not for verifying ${algorithm}`;
  return fixed(importJwk(jwk), algorithm, kid);
}

/**
 * A key of a remote set, fixed to its `alg`, or to those that its type can be for. Undefined for one that cannot
 * verify tokens here: symmetric, private, weak, for encryption, of an unknown type.
 */
export function remoteKey(jwk: unknown, known: ReadonlyMap<string, VerifyKey>): VerifyKey | undefined {
  if (!isObject(jwk) || own(jwk, 'd') !== undefined || !mayVerify(jwk)) return undefined;
  const algorithms = algorithmsOf(jwk);
  const [first] = algorithms;
  if (first === undefined) return undefined;
  const named = own(jwk, 'kid');
  const kid = typeof named === 'number' ? String(named) : named;
  if (kid !== undefined && typeof kid !== 'string') return undefined;
  const print = fingerprintOf(jwk, algorithms, kid);
  const same = known.get(print);
  if (same !== undefined) return same;
  const key = fixed(importJwk(jwk) ?? importChain(jwk), first, kid);
  return typeof key === 'string' ? undefined : { ...key, algorithms, fingerprint: print };
}

/** A key of a map of certificates by key id, as Google publishes them. */
export function certificateKey(pem: string, kid: string): VerifyKey | undefined {
  const key = importKey({ key: pem, format: 'pem' });
  const algorithms = key?.asymmetricKeyType === 'rsa' ? RSA : [ofCurve(key)];
  const [first] = algorithms;
  const made = first === undefined ? undefined : fixed(key, first, kid);
  if (typeof made !== 'object') return undefined;
  const fingerprint = `${made.fingerprint} ${kid}`;
  return { ...made, algorithms: algorithms.filter((name) => name !== undefined), fingerprint };
}

const RSA = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
] as const satisfies readonly PublicAlgorithm[];

function ofCurve(key: KeyObject | undefined): PublicAlgorithm | undefined {
  if (key?.asymmetricKeyType === 'ed25519') return 'EdDSA';
  const named = key?.asymmetricKeyDetails?.namedCurve;
  return publicAlgorithms.find((name) => named !== undefined && curves[name]?.openssl === named);
}

function algorithmsOf(jwk: JsonObject): readonly PublicAlgorithm[] {
  const alg = own(jwk, 'alg');
  if (alg === undefined && own(jwk, 'kty') === 'RSA') return RSA;
  const algorithm = alg === undefined ? usualAlgorithm(jwk) : readAlgorithm(alg);
  return algorithm === undefined || isHmac(algorithm) ? [] : [algorithm];
}

function mayVerify(jwk: JsonObject): boolean {
  const use = own(jwk, 'use');
  const operations = own(jwk, 'key_ops');
  return (
    (use === undefined || use === 'sig' || use === 'signature') &&
    (operations === undefined || (Array.isArray(operations) && operations.includes('verify')))
  );
}

function usualAlgorithm(jwk: JsonObject): PublicAlgorithm | undefined {
  switch (own(jwk, 'kty')) {
    case 'EC':
      return publicAlgorithms.find((algorithm) => curves[algorithm]?.jwk === own(jwk, 'crv'));
    case 'OKP':
      return own(jwk, 'crv') === 'Ed25519' ? 'EdDSA' : undefined;
  }
  return undefined;
}

function fingerprintOf(jwk: JsonObject, algorithms: readonly Algorithm[], kid: string | undefined): string {
  const members = ['kty', 'crv', 'x', 'y', 'n', 'e', 'x5c'].map((name) => own(jwk, name) ?? null);
  return JSON.stringify([algorithms, kid ?? null, ...members]);
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
