import type { TokenCause } from '../policy/cause.ts';
import { createCache, type Cache } from './cache.ts';
import type { Issuer } from './issuer.ts';
import type { KeyList } from './key-source.ts';
import { DEFAULT_TOKEN_LENGTH, MAX_TOKEN_LENGTH } from './token.ts';
import type { IsRevoked, Verified } from './validity.ts';
import type { Bad, Verdict } from './verdict.ts';

/** A token that no key verified: not tried again for a moment, unless the keys change. */
export interface Failed {
  readonly verdict: Bad;
  readonly untilMs: number;
  /** When somebody's limit counted it. */
  readonly countedAtMs: number;
  readonly lists: readonly (KeyList | undefined)[];
}

export interface Examiner {
  readonly issuers: readonly Issuer[];
  readonly toleranceMs: number;
  /** Longer tokens are invalid. */
  readonly maxTokenBytes: number;
  readonly revoked: IsRevoked;
  readonly verified: Cache<Verified>;
  readonly failed: Cache<Failed>;
  readonly running: Map<string, Promise<Verdict>>;
  readonly counts: {
    hits: number;
    misses: number;
    verifications: number;
    failures: number;
    /** By cause; each time that one is presented. */
    readonly refused: Map<TokenCause, number>;
  };
}

const FAILED_ENTRIES = 1_000;
/** Characters that a remembered token may have on average: its claims, read, take a small multiple of its text. */
const WEIGHT_PER_ENTRY = 2_048;

export function createExaminer(
  issuers: readonly Issuer[],
  toleranceMs: number,
  entries: number,
  maxTokenBytes = DEFAULT_TOKEN_LENGTH,
  revoked: IsRevoked = () => false,
): Examiner {
  return {
    issuers,
    toleranceMs,
    revoked,
    maxTokenBytes: Math.min(maxTokenBytes, MAX_TOKEN_LENGTH),
    verified: createCache(entries, entries * WEIGHT_PER_ENTRY),
    failed: createCache(FAILED_ENTRIES, FAILED_ENTRIES * WEIGHT_PER_ENTRY),
    running: new Map(),
    counts: { hits: 0, misses: 0, verifications: 0, failures: 0, refused: new Map() },
  };
}
