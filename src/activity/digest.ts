import type { Index } from './database.ts';
import type { Mark } from './event.ts';
import type { Head } from './link.ts';

/** Where one gateway's chain stood. */
export interface ChainHead extends Head {
  readonly replica: string;
}

/** What a digest says, before it is signed as a JWS (RFC 7515). */
export interface DigestClaims {
  /** Unix seconds. */
  readonly iat: number;
  /** The gateway that signs. */
  readonly replica: string;
  /** The chains that moved on since the last digest: number of the last event, and the last link. */
  readonly heads: readonly (readonly [replica: string, seq: number, hash: string])[];
  /** Where the log of changes stands. */
  readonly change?: { readonly revision: number; readonly changeId: string };
}

/** The claims of a digest, whoever signed it; undefined where it is none. */
export function readDigest(jws: string): DigestClaims | undefined {
  try {
    const claims = JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString()) as DigestClaims;
    return Array.isArray(claims.heads) ? claims : undefined;
  } catch {
    return undefined;
  }
}

/** The heads that a mark attests, where it is a digest. */
export function attestedIn({ kind, text }: Mark): readonly ChainHead[] {
  if (kind !== 'digest' || text === undefined) return [];
  return (readDigest(text)?.heads ?? []).map(headOf);
}

function headOf([replica, seq, hash]: DigestClaims['heads'][number]): ChainHead {
  return { replica, seq, hash };
}

/** Chains that no digest has the end of. */
export function unattested(index: Index): readonly ChainHead[] {
  return index
    .prepare(
      `select c.replica, c.seq, c.hash from chains c left join attested a on a.replica = c.replica
       where a.hash is null or a.hash <> c.hash order by c.replica`,
    )
    .all() as readonly ChainHead[];
}

/** What digests say of each chain, by number. */
export type Attested = ReadonlyMap<string, readonly Head[]>;

/** Where all chains stand. */
export function headsIn(index: Index): readonly ChainHead[] {
  return index.prepare('select replica, seq, hash from chains').all() as readonly ChainHead[];
}

/** The digests that are kept, oldest first. */
export function digestsIn(index: Index): readonly string[] {
  const rows = index.prepare("select text from marks where kind = 'digest' order by id").all();
  return (rows as readonly { readonly text: string | null }[]).map(({ text }) => text ?? '');
}

/** All that digests say, of each chain in order. */
export function attestedBy(digests: readonly string[], more: readonly ChainHead[] = []): Attested {
  const found = new Map<string, Head[]>();
  const told = digests.flatMap((jws) => readDigest(jws)?.heads ?? []).map(headOf);
  for (const { replica, seq, hash } of [...told, ...more]) {
    const heads = found.get(replica);
    if (heads === undefined) found.set(replica, [{ seq, hash }]);
    else heads.push({ seq, hash });
  }
  for (const heads of found.values()) heads.sort((a, b) => a.seq - b.seq);
  return found;
}
