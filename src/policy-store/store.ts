import type {
  Change,
  Draft,
  Live,
  Position,
  ScopeDetail,
  ScopeRecord,
  SettingsState,
  ChangeScope,
  RevocationRecord,
} from '../changes/change.ts';
import type { Revocation } from '../policy/revocation.ts';
import type { Policy } from '../policy/policy.ts';
import type { Scope } from '../policy/reason.ts';
import type { Compiling } from '../policy/whitelist.ts';

export interface Receipt {
  readonly change: Change;
  readonly live: Live;
  /** True where the idempotency key had been used: nothing was written again. */
  readonly repeated: boolean;
  /** Redis only: replicas of Redis that acknowledged the write (WAIT). */
  readonly acknowledged?: number;
}

/** What a gateway needs of a scope to serve it. */
export interface ScopeImage {
  readonly scope: Scope;
  readonly settings: SettingsState;
  /** Reads and compiles its ranges, a few milliseconds at a time. */
  readonly compile: () => Compiling;
}

export interface LoadedPolicy {
  /** Where the policy stands once `since` is applied. */
  readonly position: Position;
  /** Parsed while it is read, so that a large policy can be taken in slices. */
  readonly scopes: Iterable<ScopeImage>;
  /**
   * Changes that `scopes` do not have yet, oldest first: to be applied before anything is served, since a policy
   * without them grants what was taken away.
   */
  readonly since?: readonly Change[];
  /** What was taken back; `unknown` where a record of it cannot be read: then no token counts. */
  readonly revocations: readonly Revocation[] | 'unknown';
  /** When it was known to be the store's newest (Unix ms); absent: at the time of the call. */
  readonly confirmedAtMs?: number;
  /**
   * Records that could not be read: refused one by one, never taken for "everyone".
   * Complete once every scope has been compiled.
   */
  readonly unreadable: readonly { readonly scope: string; readonly why: string }[];
}

export interface Follower {
  /** In order, none left out, with whole lists: each one's previousId is the position before it. */
  change(change: Change): void;
  /** The history is not the one that was followed (lost, restored, forked, trimmed): load again. */
  lost(why: string): void;
  /** The store answered: the policy is confirmed up to date at this time (Unix ms). */
  confirmed(atMs: number): void;
}

export interface ReplicaStatus {
  readonly id: string;
  readonly revision: number;
  /** Seconds since its policy was last confirmed. */
  readonly ageSeconds: number;
  readonly self: boolean;
}

/** `conflict`: the scope moved on. `unavailable`: nothing was changed. `unknown`: the answer was lost; repeat with the same key. */
export type StoreErrorCode = 'conflict' | 'unavailable' | 'unknown' | 'locked' | 'unreadable';

export class StoreError extends Error {
  readonly code: StoreErrorCode;
  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.code = code;
  }
}

/** Where the policy lives. Both stores pass one contract test. All methods throw `StoreError`. */
export interface Store {
  readonly kind: 'file' | 'redis';
  /** The whole policy as it is now. */
  load(): Promise<LoadedPolicy>;
  /** Tells of every change after `from` until stopped. */
  follow(from: Position, follower: Follower): () => void;
  /** One atomic write: change log, record and revision, or nothing. */
  change(draft: Draft): Promise<Receipt>;
  /** The receipt of the change that was made under this key, `repeated`; undefined where there was none. */
  receipt(idempotencyKey: string): Promise<Receipt | undefined>;
  /** Every scope that has a record. */
  scopes(): Promise<{ readonly revision: number; readonly scopes: readonly ScopeRecord[] }>;
  /** An unknown scope is empty and disabled. */
  scope(scope: Scope): Promise<ScopeDetail & { readonly revision: number }>;
  /** Everything that was taken back, with what has run out since. */
  revocations(): Promise<{ readonly revision: number; readonly record: RevocationRecord }>;
  /** Newest first, revision below `before`. */
  changes(query: { scope?: ChangeScope; before?: number; limit: number }): Promise<readonly Change[]>;
  /** One change as listings show it, without long lists. */
  entryAt(revision: number): Promise<Change | undefined>;
  /** One change with its whole lists; undefined where the log no longer has it. */
  changeAt(revision: number): Promise<Change | undefined>;
  replicas(): Promise<readonly ReplicaStatus[]>;
  /** What this gateway serves now: the store tells the other replicas, and may keep it for a fast start. */
  serving(position: Position, policy: Policy): void;
  /** For readiness and doctor: up, degraded or down, in one sentence. */
  status(): { readonly state: 'up' | 'degraded' | 'down'; readonly detail: string };
  close(): Promise<void>;
}

/** What is served of a store. */
export type ServedStore = Pick<Store, 'load' | 'follow' | 'serving' | 'status'>;
