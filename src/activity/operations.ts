import type { Draft } from './forecast.ts';
import type { Step } from './forecasts.ts';
import type { RetentionOptions } from './retention.ts';
import type { Filter, TimedFilter } from './match.ts';
import type { Cursor, Page } from './query.ts';
import type { Readings, ReadingsAsked } from './readings.ts';
import type { Refusals } from './refusals.ts';
import type { Summary, Use } from './summary.ts';
import type { VisitFilter } from './visits.ts';
import type { ChainHead } from './digest.ts';
import type { StreamEntry } from './stream.ts';
import type { StreamVerification, Verified } from './verify.ts';
import type { Progress } from './walk.ts';

/** What each operation takes, beside its name. */
export interface Questions {
  opened: object;
  /** A batch as text. */
  take: { readonly batch: string };
  /** A batch as text, to be sealed for the stream of all gateways. */
  seal: { readonly batch: string };
  position: object;
  keep: { readonly entries: readonly StreamEntry[] };
  rewind: object;
  query: { readonly filter: Filter; readonly limit: number; readonly cursor?: Cursor };
  summary: { readonly filter: Filter & { fromMs: number; toMs: number }; readonly buckets: number };
  forecastBegin: { readonly filter: VisitFilter; readonly draft: Draft };
  /** Goes on with one, or, where it `isTold`, only says what it found. */
  forecastOn: { readonly id: number; readonly isTold: boolean };
  forecastEnd: { readonly id: number };
  readings: ReadingsAsked;
  rangeUse: { readonly scope: string; readonly fromMs: number };
  refusals: { readonly filter: TimedFilter; readonly most: number };
  /** Where the last step ended; absent for the first. */
  verify: { readonly from?: Verified; readonly digests: readonly string[] };
  /** Goes on with entries of the stream; `heads`: how far it must come. */
  verifyEntries: StreamVerification;
  digests: object;
  heads: object;
  unattested: object;
  prune: { readonly nowMs: number };
  size: object;
  close: object;
}

/** What each operation answers. */
export interface Answers {
  /** What an older version's file was renamed to. */
  opened: { readonly aside?: string };
  take: void;
  seal: readonly Sealed[];
  position: string;
  keep: void;
  rewind: void;
  query: Page;
  summary: Summary;
  /** Its number. */
  forecastBegin: number;
  forecastOn: Step;
  forecastEnd: void;
  readings: Readings;
  rangeUse: readonly Use[];
  refusals: Refusals;
  verify: Verified;
  verifyEntries: readonly Progress[];
  digests: readonly string[];
  heads: readonly ChainHead[];
  unattested: readonly ChainHead[];
  /** True where there may be more to do. */
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
  readonly folder: string;
  /** Other gateways have an index in the folder, too. */
  readonly isShared: boolean;
  readonly retention: RetentionOptions;
}

/** A batch that is ready for the stream. */
export interface Sealed {
  readonly sealed: Uint8Array;
  readonly events: number;
}
