import { compactVerify, CompactSign, importJWK } from 'jose';
import type { ChainHead, DigestClaims } from '../activity/digest.ts';
import type { Position } from '../changes/change.ts';
import type { StartOptions } from '../config/index.ts';
import { createFileShelf, createRedisShelf } from '../policy-store/key-shelf.ts';
import type { StoreLog } from '../policy-store/log.ts';
import { createSigningKeys, type SigningKeys } from '../policy-store/signing-keys.ts';

/** Who signed a digest: a key of the store, one that is not there (any more), or nobody that the text is of. */
export type Signature = 'good' | 'unknown-key' | 'bad';

export interface Digests {
  /** Signs where chains stand, tells the log, and gives the JWS; undefined where there is no key yet. */
  sign(heads: readonly ChainHead[]): Promise<string | undefined>;
  check(jws: string): Promise<Signature>;
  close(): void;
}

export interface DigestParts {
  readonly store: StartOptions['store'];
  readonly folder: string;
  readonly replica: string;
  readonly change: () => Position | undefined;
  readonly log: StoreLog;
}

const algorithm = 'EdDSA';
/** Marks a digest, so that no other text that the key may sign is taken for one (RFC 8725, section 3.11). */
const type = 'gateway-digest';

/** Digests signed by one key of the store, which all its gateways share. */
export function createDigests({ store, folder, replica, change, log }: DigestParts): Digests {
  const { redis } = store;
  const shelf = redis
    ? createRedisShelf(redis, log, 'audit-keys')
    : createFileShelf(folder, 'audit-keys.json');
  // What it signed must be checked for as long as anybody keeps it: the key stays until somebody takes it away.
  const keys = createSigningKeys({ shelf, algorithm, rotateMs: Number.MAX_SAFE_INTEGER, log, now: Date.now });
  keys.start();
  return {
    async sign(heads) {
      const key = keys.current();
      if (key === undefined) return undefined;
      const position = change();
      const claims: DigestClaims = {
        iat: Math.floor(Date.now() / 1000),
        replica,
        heads: heads.map(({ replica: of, seq, hash }) => [of, seq, hash] as const),
        ...(position && { change: { revision: position.revision, changeId: position.changeId } }),
      };
      const jws = await new CompactSign(Buffer.from(JSON.stringify(claims)))
        .setProtectedHeader({ alg: algorithm, kid: key.kid, typ: type })
        .sign(await importJWK({ ...key.jwk }, algorithm));
      log.info({ digest: jws }, 'digest');
      return jws;
    },
    check: (jws) => check(jws, keys),
    close: keys.close,
  };
}

async function check(jws: string, keys: Pick<SigningKeys, 'published'>): Promise<Signature> {
  let known = true;
  try {
    const { protectedHeader } = await compactVerify(
      jws,
      ({ kid }) => {
        const found = keys.published().find((key) => key['kid'] === kid);
        known = found !== undefined;
        return importJWK({ ...found }, algorithm);
      },
      { algorithms: [algorithm] },
    );
    return protectedHeader.typ === type ? 'good' : 'bad';
  } catch {
    return known ? 'bad' : 'unknown-key';
  }
}
