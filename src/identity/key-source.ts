import type { VerifyKey } from './key.ts';

/** The part of a logger that this room uses; pino's fits. */
export interface KeyLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** What stands at a URL. */
export type SourceKind = 'key-set' | 'discovery';

/** `up`: the last fetch was good; `stale`: it was not, the last good set still counts; `down`: no set counts. */
export type SourceState = 'loading' | 'up' | 'stale' | 'down';

/** Keys of one good answer. The same object for as long as answers bring the same keys. */
export interface KeyList {
  readonly keys: readonly VerifyKey[];
  readonly members: ReadonlySet<VerifyKey>;
}

/** A last good set, and when it came by the monotonic clock: what a reload hands to its successor. */
export interface KeptKeys {
  readonly list: KeyList;
  readonly loadedAtMs: number;
}

/** A key set behind a URL: fetched, refreshed, and the last good one kept for a bounded time. */
export interface RemoteKeys {
  /** Without its query. */
  readonly url: string;
  start(): void;
  /** Undefined where no set counts now. */
  current(): KeyList | undefined;
  state(): SourceState;
  /** The last failure in one sentence, or how many keys there are. */
  detail(): string;
  /** Since the last good answer; undefined before the first. */
  ageSeconds(): number | undefined;
  /** The first fetch, while it runs. */
  loading(): Promise<void> | undefined;
  /** Asks for a newer set, because of a key id that is not in this one; undefined while that cools down. */
  askNewer(): Promise<void> | undefined;
  fetches(): { readonly good: number; readonly failed: number };
  kept(): KeptKeys | undefined;
  close(): Promise<void>;
}
