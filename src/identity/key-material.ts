import { createHash, createPublicKey, type JsonWebKeyInput, type KeyObject } from 'node:crypto';
import { own, type JsonObject } from '../json.ts';
import type { VerifyKey } from './key.ts';
import type { Algorithm, PublicAlgorithm } from './options.ts';

const MIN_RSA_BITS = 2048;
// A longer one costs milliseconds for each token, hostile ones too.
const MAX_RSA_BITS = 8192;
const MAX_RSA_EXPONENT = 2n ** 32n;

export const curves: Partial<Record<Algorithm, { readonly jwk: string; readonly openssl: string }>> = {
  ES256: { jwk: 'P-256', openssl: 'prime256v1' },
  ES384: { jwk: 'P-384', openssl: 'secp384r1' },
  ES512: { jwk: 'P-521', openssl: 'secp521r1' },
};

/** Only the public members of the key itself: what else a JWK says has been read already. */
export function importJwk(jwk: JsonObject): KeyObject | undefined {
  const members = ['kty', 'crv', 'x', 'y', 'n', 'e'].filter((name) => typeof own(jwk, name) === 'string');
  const key: Record<string, unknown> = Object.fromEntries(members.map((name) => [name, jwk[name]]));
  return key.kty === 'oct' ? undefined : importKey({ key, format: 'jwk' });
}

/** A key that is given by its certificate only (RFC 7517 section 4.7). */
export function importChain(jwk: JsonObject): KeyObject | undefined {
  const chain = own(jwk, 'x5c');
  const first: unknown = Array.isArray(chain) ? chain[0] : undefined;
  if (typeof first !== 'string' || own(jwk, 'n') !== undefined || own(jwk, 'x') !== undefined)
    return undefined;
  return importKey({
    key: `-----BEGIN CERTIFICATE-----\n${first}\n-----END CERTIFICATE-----`,
    format: 'pem',
  });
}

export function importKey(input: JsonWebKeyInput | { key: string; format: 'pem' }): KeyObject | undefined {
  try {
    return createPublicKey(input);
  } catch {
    return undefined;
  }
}

export function fixed(
  key: KeyObject | undefined,
  algorithm: PublicAlgorithm,
  kid?: string,
): VerifyKey | string {
  if (key === undefined) return 'it cannot be read as a public key';
  const fault = unfit(key, algorithm);
  if (fault !== undefined) return fault;
  const der = key.export({ type: 'spki', format: 'der' });
  const fingerprint = createHash('sha256').update(algorithm).update(der).digest('base64url');
  return { algorithms: [algorithm], material: key, fingerprint, ...(kid !== undefined && { kid }) };
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
