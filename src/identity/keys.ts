import { isHmac, publicKey, secretKey, type VerifyKey } from './key.ts';
import type { Algorithm, KeyOptions } from './options.ts';
import type { RemoteKeys, SourceKind } from './key-source.ts';

/** All keys of one issuer, wherever they come from. */
export interface KeyRing {
  readonly fixed: readonly VerifyKey[];
  readonly remote: readonly RemoteKeys[];
}

/** No token may cost more signature checks than this at one issuer. */
const MAX_TRIES = 8;
/** Longest that a request waits for a fetch; the fetch itself may go on. */
const MAX_WAIT_MS = 1000;

/** A source behind a URL, shared by all issuers that name it: a key set, or an issuer's discovery document. */
export type RemoteSource = (url: string, kind: SourceKind) => RemoteKeys;

/** Makes the ring. Throws an Error for a key that cannot be used: `checkIdentity` reports it before. */
export function createKeyRing(
  options: readonly KeyOptions[],
  discover: string | null,
  remote: RemoteSource,
): KeyRing {
  const fixed: VerifyKey[] = [];
  const sources: RemoteKeys[] = discover === null ? [] : [remote(discover, 'discovery')];
  for (const option of options) {
    if ('jwksUrl' in option) sources.push(remote(option.jwksUrl, 'key-set'));
    else fixed.push(fixedKey(option));
  }
  return { fixed, remote: sources };
}

function fixedKey(option: Exclude<KeyOptions, { jwksUrl: string }>): VerifyKey {
  const key =
    'secret' in option
      ? secretKey(option.algorithm, option.secret, option.kid)
      : publicKey(option.algorithm, option.publicKey, option.kid);
  if (typeof key === 'string') throw new Error(`key ${option.kid ?? '(no kid)'}: ${key}`);
  return key;
}

/** True while the key counts: a key that a good answer no longer has stops at once. */
export function trusts({ fixed, remote }: KeyRing, key: VerifyKey): boolean {
  return fixed.includes(key) || remote.some((source) => source.current()?.members.has(key));
}

/** True where some key of the ring could be for this algorithm, now or after a fetch. */
export function couldVerify({ fixed, remote }: KeyRing, algorithm: Algorithm): boolean {
  return fixed.some((key) => key.algorithms.includes(algorithm)) || (remote.length > 0 && !isHmac(algorithm));
}

/** Keys to try: those of the token's key id, then those without one. Without a key id, each of the algorithm. */
export function findKeys(ring: KeyRing, algorithm: Algorithm, kid: string | undefined): readonly VerifyKey[] {
  const all = [...ring.fixed, ...ring.remote.flatMap((source) => source.current()?.keys ?? [])];
  const fit = all.filter((key) => key.algorithms.includes(algorithm));
  if (kid === undefined) return fit.slice(0, MAX_TRIES);
  const named = fit.filter((key) => key.kid === kid);
  return [...named, ...fit.filter((key) => key.kid === undefined)].slice(0, MAX_TRIES);
}

/** What else there is for a token, and whether that is all: not sure where a source cannot say now. */
export interface Sought {
  readonly keys: readonly VerifyKey[];
  readonly sure: boolean;
}

/**
 * Looks for keys that were not tried, for a key id that is not known here. Waits for a fetch that was due, a second
 * at most, never for one that cools down.
 */
export async function seekKeys(
  ring: KeyRing,
  algorithm: Algorithm,
  kid: string | undefined,
  tried: readonly VerifyKey[],
): Promise<Sought> {
  if (isHmac(algorithm) || knowsId(ring, kid)) return { keys: [], sure: true };
  const answers = await Promise.all(ring.remote.map(refreshed));
  const keys = findKeys(ring, algorithm, kid).filter((key) => !tried.includes(key));
  return { keys, sure: answers.every((answer) => answer) };
}

function knowsId({ fixed, remote }: KeyRing, kid: string | undefined): boolean {
  if (kid === undefined) return false;
  const has = (key: VerifyKey): boolean => key.kid === kid;
  return fixed.some(has) || remote.some((source) => source.current()?.keys.some(has));
}

/** True where the source's set is fresh: nothing newer was to be had. */
async function refreshed(source: RemoteKeys): Promise<boolean> {
  const fetching = source.state() === 'up' ? source.askNewer() : source.loading();
  if (fetching !== undefined && !(await within(fetching, MAX_WAIT_MS))) return false;
  return source.state() === 'up';
}

async function within(work: Promise<void>, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, limitMs, false);
  });
  const done = await Promise.race([work.then(() => true), tooLong]);
  clearTimeout(timer);
  return done;
}
