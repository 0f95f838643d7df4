import type { Draft, Forecast } from './forecast.ts';
import type { RetentionOptions } from './retention.ts';
import type { Filter, TimedFilter } from './match.ts';
import type { Cursor, Page } from './query.ts';
import type { Summary, Use } from './summary.ts';
import type { Verified } from './verify.ts';

/** What each operation takes, beside its name. */
export interface Questions {
  opened: object;
  /** A batch as text. */
  take: { readonly batch: string };
  query: { readonly filter: Filter; readonly limit: number; readonly cursor?: Cursor };
  summary: { readonly filter: Filter & { fromMs: number; toMs: number }; readonly buckets: number };
  forecast: { readonly filter: TimedFilter; readonly draft: Draft };
  rangeUse: { readonly scope: string; readonly fromMs: number };
  /** Where the last step ended; absent for the first. */
  verify: { readonly from?: Verified };
  prune: { readonly nowMs: number };
  size: object;
  close: object;
}

/** What each operation answers. */
export interface Answers {
  /** What an older version's file was renamed to. */
  opened: { readonly aside?: string };
  take: void;
  query: Page;
  summary: Summary;
  forecast: Forecast;
  rangeUse: readonly Use[];
  verify: Verified;
  /** True where there may be more to delete. */
  prune: boolean;
  size: number;
  close: void;
}

export type Operation<Name extends keyof Questions> = Questions[Name] & { readonly name: Name };
export type AnyOperation = { readonly [Name in keyof Questions]: Operation<Name> }[keyof Questions];

export interface Asked {
  readonly id: number;
  readonly operation: Operation<keyof Questions>;
}

export type Reply =
  { readonly id: number; readonly value: unknown } | { readonly id: number; readonly failed: string };

export interface ThreadData {
  readonly file: string;
  readonly retention: RetentionOptions;
}
