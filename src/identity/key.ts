import { createHash, createPublicKey, webcrypto, type JsonWebKeyInput, type KeyObject } from 'node:crypto';
import { isObject, own, type JsonObject } from '../json.ts';
import { hmacAlgorithms, minSecretBytes, publicAlgorithms } from './options.ts';
import type { Algorithm, HmacAlgorithm, PublicAlgorithm } from './options.ts';

/** A key and the one algorithm that it verifies. */
export interface VerifyKey {
  readonly kid?: string;
  readonly algorithm: Algorithm;
  /** What jose takes: it imports a KeyObject once and remembers it; a secret is imported here, once. */
  readonly material: KeyObject | Promise<webcrypto.CryptoKey>;
  /** Equal for the same key under the same name and algorithm. */
  readonly fingerprint: string;
}

const MIN_RSA_BITS = 2048;
// A longer one costs milliseconds for each token, hostile ones too.
const MAX_RSA_BITS = 8192;
const MAX_RSA_EXPONENT = 2n ** 32n;

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
  return { algorithm, material, fingerprint, ...(kid !== undefined && { kid }) };
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
 * A key of a remote set, fixed to its `alg`, or to the usual one of its type. Undefined for one that cannot verify
 * tokens here: symmetric, private, weak, for encryption, of an unknown type.
 */
export function remoteKey(jwk: unknown, known: ReadonlyMap<string, VerifyKey>): VerifyKey | undefined {
  if (!isObject(jwk) || own(jwk, 'd') !== undefined || !mayVerify(jwk)) return undefined;
  const alg = own(jwk, 'alg');
  const algorithm = alg === undefined ? usualAlgorithm(jwk) : readAlgorithm(alg);
  if (algorithm === undefined || isHmac(algorithm)) return undefined;
  const kid = own(jwk, 'kid');
  if (kid !== undefined && typeof kid !== 'string') return undefined;
  const print = fingerprintOf(jwk, algorithm, kid);
  const same = known.get(print);
  if (same !== undefined) return same;
  const key = fixed(importJwk(jwk), algorithm, kid);
  return typeof key === 'string' ? undefined : { ...key, fingerprint: print };
}

function mayVerify(jwk: JsonObject): boolean {
  const use = own(jwk, 'use');
  const operations = own(jwk, 'key_ops');
  return (
    (use === undefined || use === 'sig') &&
    (operations === undefined || (Array.isArray(operations) && operations.includes('verify')))
  );
}

function usualAlgorithm(jwk: JsonObject): PublicAlgorithm | undefined {
  switch (own(jwk, 'kty')) {
    case 'RSA':
      return 'RS256';
    case 'EC':
      return publicAlgorithms.find((algorithm) => curves[algorithm]?.jwk === own(jwk, 'crv'));
    case 'OKP':
      return own(jwk, 'crv') === 'Ed25519' ? 'EdDSA' : undefined;
  }
  return undefined;
}

const curves: Partial<Record<Algorithm, { readonly jwk: string; readonly openssl: string }>> = {
  ES256: { jwk: 'P-256', openssl: 'prime256v1' },
  ES384: { jwk: 'P-384', openssl: 'secp384r1' },
  ES512: { jwk: 'P-521', openssl: 'secp521r1' },
};

function fingerprintOf(jwk: JsonObject, algorithm: Algorithm, kid: string | undefined): string {
  const members = ['kty', 'crv', 'x', 'y', 'n', 'e'].map((name) => own(jwk, name) ?? null);
  return JSON.stringify([algorithm, kid ?? null, ...members]);
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Only the public members of the key itself: what else a JWK says has been read already. */
function importJwk(jwk: JsonObject): KeyObject | undefined {
  const members = ['kty', 'crv', 'x', 'y', 'n', 'e'].filter((name) => typeof own(jwk, name) === 'string');
  const key: Record<string, unknown> = Object.fromEntries(members.map((name) => [name, jwk[name]]));
  return key.kty === 'oct' ? undefined : importKey({ key, format: 'jwk' });
}

function importKey(input: JsonWebKeyInput | { key: string; format: 'pem' }): KeyObject | undefined {
  try {
    return createPublicKey(input);
  } catch {
    return undefined;
  }
}

function fixed(key: KeyObject | undefined, algorithm: PublicAlgorithm, kid?: string): VerifyKey | string {
  if (key === undefined) return 'it cannot be read as a public key';
  const fault = unfit(key, algorithm);
  if (fault !== undefined) return fault;
  const der = key.export({ type: 'spki', format: 'der' });
  const fingerprint = createHash('sha256').update(algorithm).update(der).digest('base64url');
  return { algorithm, material: key, fingerprint, ...(kid !== undefined && { kid }) };
}

function unfit(key: KeyObject, algorithm: PublicAlgorithm): string | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  const curve = curves[algorithm];
  if (curve !== undefined)
    return type === 'ec' && details?.namedCurve === curve.openssl
      ? undefined
      : `${algorithm} needs an EC key on ${curve.jwk}`;
  if (algorithm === 'EdDSA') return type === 'ed25519' ? undefined : 'EdDSA needs an Ed25519 key';
  if (type !== 'rsa') return `${algorithm} needs an RSA key`;
  const bits = details?.modulusLength ?? 0;
  if (bits < MIN_RSA_BITS) return `an RSA key needs at least ${String(MIN_RSA_BITS)} bits`;
  if (bits > MAX_RSA_BITS) return `an RSA key may have at most ${String(MAX_RSA_BITS)} bits`;
  const exponent = details?.publicExponent ?? 0n;
  return exponent > 2n && exponent < MAX_RSA_EXPONENT ? undefined : 'its RSA exponent is out of range';
}
