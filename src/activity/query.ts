import type { Index } from './database.ts';
import type { Decisions } from './decisions.ts';
import type { Gap, StoredEvent } from './event.ts';
import { askedSpan, matchOf, type Filter } from './match.ts';
import { comparePlaces, eventIn, placeIn, type Place, type Segment } from './segment.ts';

/** Where a page ended: the next one begins after it. */
export type Cursor = Place;

export interface Page {
  /** Newest first. */
  readonly events: readonly StoredEvent[];
  readonly next?: Cursor;
  /** What the record lacks in the time that was asked for. */
  readonly gaps: readonly Gap[];
}

interface Found {
  readonly segment: Segment;
  readonly row: number;
  readonly place: Place;
}

/** A page of events, newest first. */
export function queryEvents(decisions: Decisions, filter: Filter, limit: number, cursor?: Cursor): Page {
  const match = matchOf(filter);
  const { fromMs, toMs } = askedSpan(filter);
  let found: readonly Found[] = [];
  // One more than fits tells that there is a next page.
  const most = limit + 1;
  for (const segment of decisions.segments({ fromMs, toMs: Math.min(toMs, cursor?.atMs ?? toMs) })) {
    const oldest = found[limit];
    if (oldest !== undefined && oldest.place.atMs > segment.toMs) break;
    const rows = match.may(segment) ? match.rows(segment, most, cursor) : [];
    if (rows.length === 0) continue;
    const more = rows.map((row) => ({ segment, row, place: placeIn(segment, row) }));
    found = [...found, ...more].sort((a, b) => comparePlaces(b.place, a.place)).slice(0, most);
  }
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    events: page.map(({ segment, row }) => eventIn(segment, row)),
    ...(found.length > limit && last !== undefined && { next: last.place }),
    gaps: gapsIn(decisions.index, filter),
  };
}

/** Losses and deletions that touch the time that was asked for, oldest first; at most a hundred. */
export function gapsIn(index: Index, { fromMs = 0, toMs = Number.MAX_SAFE_INTEGER }: Filter): readonly Gap[] {
  return index
    .prepare(
      `select kind, fromMs, toMs, count, replica from marks
       where kind in ('lost', 'pruned') and toMs >= ? and fromMs < ? order by fromMs limit 100`,
    )
    .all(fromMs, toMs) as readonly Gap[];
}
