import type { Column } from './column.ts';
import type { Filter, TimedFilter } from './match.ts';

/** What visits are told apart by: who asked for what. */
export const visitKeys = ['bot', 'asked', 'clientIp', 'subject'] as const;
export type VisitKey = (typeof visitKeys)[number];

/** Requests as a forecast looks at them, those of one row alike. */
export interface Visits {
  readonly rows: readonly number[];
  column(key: VisitKey): Column;
  /** Unix milliseconds of the first request of a row. */
  firstMs(row: number): number;
  lastMs(row: number): number;
  /** Requests that a row stands for. */
  count(row: number): number;
}

/** What visits are asked for by. */
export type VisitFilter = Pick<TimedFilter, 'fromMs' | 'toMs'> & Pick<Filter, 'bot' | 'orNone'>;
