import { createHmac, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

/** Signs test tokens by node:crypto, so that what jose verifies was not made by jose. */
export interface Signer {
  readonly algorithm: string;
  readonly kid: string | undefined;
  /** For an HMAC signer only. */
  readonly secret: Buffer;
  /** PEM (SPKI); empty for an HMAC signer. */
  readonly publicPem: string;
  /** The public JWK with `kid`, `alg` and `use`; empty for an HMAC signer. */
  readonly jwk: Readonly<Record<string, unknown>>;
  /** A token; `header` is added to `alg`, `kid` and `typ` (undefined takes one away). */
  sign(claims: object, header?: object): string;
  /** A token of exactly these texts as header and payload. */
  signTexts(header: string, payload: string): string;
  /** The signature, base64url, over `input` as it stands. */
  signature(input: string): string;
}

/** Makes a signer with fresh keys; `from` reuses another's keys under this algorithm or key id. */
export function createSigner(algorithm: string, kid?: string, from?: Signer): Signer {
  return algorithm.startsWith('HS') ? hmacSigner(algorithm, kid, from?.secret) : publicSigner(algorithm, kid);
}

export function hmacSigner(
  algorithm: string,
  kid: string | undefined,
  secret: Buffer = randomBytes(64),
): Signer {
  const signature = (input: string): string =>
    createHmac(`sha${algorithm.slice(2)}`, secret)
      .update(input)
      .digest('base64url');
  return { algorithm, kid, secret, publicPem: '', jwk: {}, ...writers(algorithm, kid, signature) };
}

export function publicSigner(algorithm: string, kid: string | undefined, pair = newPair(algorithm)): Signer {
  const { publicKey, privateKey } = pair;
  const signature = (input: string): string => signWith(algorithm, privateKey, Buffer.from(input));
  const jwk = {
    ...publicKey.export({ format: 'jwk' }),
    alg: algorithm,
    use: 'sig',
    ...(kid !== undefined && { kid }),
  };
  const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return { algorithm, kid, secret: Buffer.alloc(0), publicPem, jwk, ...writers(algorithm, kid, signature) };
}

export interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** Fresh keys for an algorithm; RSA of `bits`. */
export function newPair(algorithm: string, bits = 2048): Pair {
  const curves: Record<string, string> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };
  const namedCurve = curves[algorithm];
  if (namedCurve !== undefined) return generateKeyPairSync('ec', { namedCurve });
  if (algorithm === 'EdDSA' || algorithm === 'Ed25519') return generateKeyPairSync('ed25519');
  return generateKeyPairSync('rsa', { modulusLength: bits });
}

type Writers = Pick<Signer, 'sign' | 'signTexts' | 'signature'>;

function writers(algorithm: string, kid: string | undefined, signature: (input: string) => string): Writers {
  const signTexts = (header: string, payload: string): string => {
    const input = `${encode(header)}.${encode(payload)}`;
    return `${input}.${signature(input)}`;
  };
  const sign = (claims: object, header: object = {}): string =>
    signTexts(JSON.stringify({ alg: algorithm, kid, typ: 'JWT', ...header }), JSON.stringify(claims));
  return { sign, signTexts, signature };
}

function signWith(algorithm: string, key: KeyObject, input: Buffer): string {
  const digest = algorithm.startsWith('Ed') ? null : `sha${algorithm.slice(2)}`;
  const pss = algorithm.startsWith('PS');
  return sign(digest, input, {
    key,
    dsaEncoding: 'ieee-p1363',
    ...(pss && { padding: 6 /* RSA_PKCS1_PSS_PADDING */, saltLength: Number(algorithm.slice(2)) / 8 }),
  }).toString('base64url');
}

/** base64url of a text or of bytes. */
export function encode(value: string | Uint8Array): string {
  return Buffer.from(value as string).toString('base64url');
}

/** Unix seconds, `offset` from now. */
export function seconds(offset = 0): number {
  return Math.floor(Date.now() / 1000) + offset;
}
