import type { TokenCause } from '../policy/cause.ts';
import type { Examiner } from './examiner.ts';
import type { Issuer } from './issuer.ts';
import { keysText } from './key-set.ts';
import type { KeptKeys, RemoteKeys, SourceState } from './key-source.ts';

export interface KeySourceStatus {
  /** The issuer's configured name. */
  readonly issuer: string;
  /** The URL without its query, or `fixed` for files and secrets. */
  readonly source: string;
  readonly state: SourceState;
  readonly detail: string;
  /** Since the last good answer. */
  readonly ageSeconds?: number;
}

export interface VerifierStats {
  readonly cacheHits: number;
  readonly cacheMisses: number;
  readonly cached: number;
  /** Signature checks. */
  readonly verifications: number;
  /** Tokens that no key verified. */
  readonly failures: number;
  /** Tokens that proved nothing, by cause. */
  readonly refused: ReadonlyMap<TokenCause, number>;
  readonly keyFetches: number;
  readonly keyFetchFailures: number;
}

/** Where an issuer's keys come from, and how that goes. */
export function statusOf({ name, ring }: Issuer): readonly KeySourceStatus[] {
  const remote = ring.remote.map((source) => {
    const age = source.ageSeconds();
    const [state, detail] = [source.state(), source.detail()];
    return { issuer: name, source: source.url, state, detail, ...(age !== undefined && { ageSeconds: age }) };
  });
  const detail = keysText(ring.fixed.length);
  return ring.fixed.length === 0
    ? remote
    : [{ issuer: name, source: 'fixed', state: 'up', detail }, ...remote];
}

export function statsOf({ counts, verified }: Examiner, sources: readonly RemoteKeys[]): VerifierStats {
  const fetches = sources.map((source) => source.fetches());
  const { hits, misses, verifications, failures, refused } = counts;
  const total = (of: 'good' | 'failed'): number => fetches.reduce((sum, fetch) => sum + fetch[of], 0);
  return {
    ...{ cacheHits: hits, cacheMisses: misses, cached: verified.size(), verifications, failures, refused },
    ...{ keyFetches: total('good') + total('failed'), keyFetchFailures: total('failed') },
  };
}

/** By URL, what a successor may go on with. */
export function collectKept(sources: ReadonlyMap<string, RemoteKeys>): ReadonlyMap<string, KeptKeys> {
  const kept = [...sources].map(([url, source]) => [url, source.kept()] as const);
  return new Map(kept.flatMap(([url, keys]) => (keys === undefined ? [] : [[url, keys] as const])));
}
