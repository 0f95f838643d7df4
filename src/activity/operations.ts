import type { RetentionOptions } from './retention.ts';
import type { Cursor, Filter, EventPage } from './query.ts';
import type { Summary, Use } from './summary.ts';
import type { ChainState } from './verify.ts';

/** What each operation takes, beside its name. */
export interface Inputs {
  /** A batch as JSON text, and where in the stream it stood. */
  take: { readonly batch: string; readonly position?: string };
  position: object;
  query: { readonly filter: Filter; readonly limit: number; readonly cursor?: Cursor };
  summary: { readonly filter: Filter & { fromMs: number; toMs: number }; readonly buckets: number };
  rangeUse: { readonly scope: string; readonly fromMs: number };
  verify: object;
  prune: { readonly nowMs: number };
  size: object;
  close: object;
}

/** What each operation answers. */
export interface Results {
  take: void;
  position: string;
  query: EventPage;
  summary: Summary;
  rangeUse: readonly Use[];
  verify: readonly ChainState[];
  /** True where there may be more to delete. */
  prune: boolean;
  size: number;
  close: void;
}

export type Operation<Name extends keyof Inputs> = Inputs[Name] & { readonly name: Name };
export type AnyOperation = {
  readonly [Name in keyof Inputs]: Operation<Name>;
}[keyof Inputs];

export interface ThreadRequest {
  readonly id: number;
  readonly operation: Operation<keyof Inputs>;
}

export type Reply =
  { readonly id: number; readonly value: unknown } | { readonly id: number; readonly failed: string };

export interface ThreadData {
  readonly file: string;
  readonly retention: RetentionOptions;
}
