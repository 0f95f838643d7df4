import type { Index } from './database.ts';

/** Who read what was decided: a text of whoever recorded it, kept and chained as events are. */
export interface Reading {
  /** Unix milliseconds. */
  readonly atMs: number;
  readonly text: string;
}

export interface ReadingsAsked {
  /** Unix milliseconds, inclusive and exclusive. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  readonly limit: number;
  /** Where the last page ended. */
  readonly before?: number | undefined;
}

export interface Readings {
  /** Newest first. */
  readonly readings: readonly Reading[];
  /** Where the next page begins; absent on the last. */
  readonly next?: number;
}

type Row = Reading & { readonly id: number };

/** A page of readings. */
export function readingsIn(index: Index, asked: ReadingsAsked): Readings {
  const { fromMs = 0, toMs = Number.MAX_SAFE_INTEGER, before = Number.MAX_SAFE_INTEGER, limit } = asked;
  const rows = index
    .prepare(
      `select id, fromMs as atMs, text from marks
       where kind = 'read' and fromMs >= ? and fromMs < ? and id < ? order by id desc limit ?`,
    )
    .all(fromMs, toMs, before, limit + 1) as readonly Row[];
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    readings: page.map(({ atMs, text }) => ({ atMs, text })),
    ...(rows.length > limit && last !== undefined && { next: last.id }),
  };
}
