import { X509Certificate, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { HmacAlgorithm, KeyOptions, PublicAlgorithm } from '../../identity/options.ts';
import { hmacAlgorithms, minSecretBytes } from '../../identity/options.ts';
import type { Path } from '../findings.ts';
import type { Config } from '../schema/schema.ts';
import type { Asked, Rule } from './rule.ts';
import { isLoopback } from './rule.ts';

type Issuer = Config['identity']['issuers'][number];

/** A key as it was written, before it is known to be one of the room's kinds. */
interface Written {
  readonly jwksUrl?: string;
  readonly kid?: string;
  readonly algorithm?: HmacAlgorithm | PublicAlgorithm;
  readonly secret?: Uint8Array;
  readonly publicKey?: Uint8Array;
}

const isHmac = (algorithm: string): algorithm is HmacAlgorithm => hmacAlgorithms.some((one) => one === algorithm);

function keyObject(bytes: Uint8Array): KeyObject {
  const text = Buffer.from(bytes).toString('utf8');
  if (text.includes('BEGIN CERTIFICATE')) return new X509Certificate(text).publicKey;
  if (!text.trimStart().startsWith('{')) return createPublicKey(text);
  return createPublicKey({ key: JSON.parse(text) as Record<string, unknown>, format: 'jwk' });
}

const curves: Readonly<Record<string, string>> = { ES256: 'prime256v1', ES384: 'secp384r1', ES512: 'secp521r1' };

function unfit(algorithm: PublicAlgorithm, bytes: Uint8Array): string | undefined {
  const key = keyObject(bytes);
  const type = key.asymmetricKeyType ?? 'unknown';
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  const curve = curves[algorithm];
  if (curve !== undefined) {
    return type === 'ec' && namedCurve === curve ? undefined : `${algorithm} needs an EC key on ${curve}`;
  }
  if (algorithm === 'EdDSA') return type === 'ed25519' ? undefined : 'EdDSA needs an Ed25519 key';
  if (type !== 'rsa') return `${algorithm} needs an RSA key`;
  return modulusLength < 2048 ? `an RSA key needs 2048 bits, this one has ${modulusLength}` : undefined;
}

function checkSecret(key: Written, path: Path, asked: Asked): void {
  const { findings, said } = asked;
  const { algorithm, secret } = key;
  if (algorithm === undefined || secret === undefined) return;
  if (!isHmac(algorithm)) {
    findings.mistake([...path, 'algorithm'], `${algorithm} verifies with a public key, not with a secret`);
  } else if (secret.length < minSecretBytes[algorithm]) {
    const needed = minSecretBytes[algorithm];
    findings.mistake(said([...path, 'secret']), `${algorithm} needs a secret of at least ${needed} bytes`);
  }
}

function checkPublicKey(key: Written, path: Path, { findings, said }: Asked): void {
  const { algorithm, publicKey } = key;
  if (algorithm === undefined || publicKey === undefined) return;
  if (isHmac(algorithm)) {
    findings.mistake([...path, 'algorithm'], `${algorithm} verifies with a secret, not with a public key`);
    return;
  }
  const wrong = unfit(algorithm, publicKey);
  if (wrong !== undefined) findings.mistake(said([...path, 'publicKey']), wrong);
}

function checkKey(key: Written, path: Path, asked: Asked): void {
  const { findings } = asked;
  const kinds = (['jwksUrl', 'secret', 'publicKey'] as const).filter((kind) => key[kind] !== undefined);
  if (kinds.length !== 1) {
    const given = kinds.length === 0 ? 'has none' : `has ${kinds.join(' and ')}`;
    findings.mistake(path, `needs exactly one of jwksUrl, secret and publicKey; it ${given}`);
    return;
  }
  if (key.jwksUrl !== undefined) {
    const extra = (['kid', 'algorithm'] as const).filter((name) => key[name] !== undefined);
    for (const name of extra) findings.mistake([...path, name], 'has no place beside jwksUrl: its keys say their own');
    const url = new URL(key.jwksUrl);
    if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
      findings.warn([...path, 'jwksUrl'], 'is http: whoever is on the way can exchange the keys');
    }
    return;
  }
  if (key.algorithm === undefined) findings.mistake([...path, 'algorithm'], 'is required: it is fixed per key');
  checkSecret(key, path, asked);
  checkPublicKey(key, path, asked);
}

function checkIssuer(issuer: Issuer, path: Path, asked: Asked): void {
  const { findings } = asked;
  if (issuer.issuer === null) {
    findings.warn([...path, 'issuer'], `null: tokens of "${issuer.name}" are taken without an iss`);
  }
  if (issuer.audience === null) {
    findings.warn([...path, 'audience'], `null: tokens of "${issuer.name}" made for any other service are taken too`);
  }
  issuer.keys.forEach((key: KeyOptions, index) => checkKey(key, [...path, 'keys', index], asked));
}

const issuers: Rule = {
  reads: ['identity'],
  check(asked) {
    const { config, findings } = asked;
    const names = new Map<string, number>();
    config.identity.issuers.forEach((issuer, index) => {
      const path = ['identity', 'issuers', index];
      const first = names.get(issuer.name);
      if (first === undefined) names.set(issuer.name, index);
      else findings.mistake([...path, 'name'], `"${issuer.name}" is the name of issuers[${first}] too`);
      checkIssuer(issuer, path, asked);
    });
  },
};

const adminToken: Rule = {
  reads: ['admin'],
  check({ config, findings, said }) {
    const { token } = config.admin;
    if (token === undefined) return;
    const path = said(['admin', 'token']);
    if (token.length < 16) findings.mistake(path, 'needs at least 16 characters');
    if (/[^\x21-\x7e]/.test(token)) {
      findings.mistake(path, 'must be visible ASCII without spaces: it travels in a header');
    }
  },
};

const admins: Rule = {
  reads: ['identity', 'admin'],
  check({ config, findings }) {
    const granted = config.identity.issuers.some(({ grants }) => grants.includes('admin'));
    if (config.admin.token === undefined && !granted) {
      findings.warn(
        ['admin'],
        'nobody can manage whitelists: no issuer grants admin, and there is no `admin.tokenFile`',
      );
    }
  },
};

/** Issuers, keys and admins. */
export const identityRules: readonly Rule[] = [issuers, adminToken, admins];
