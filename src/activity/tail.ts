import type { Index } from './database.ts';
import type { Mark, PlacedRow, Row } from './event.ts';
import type { LinkedBatch } from './link.ts';
import { comparePlaces, segmentOf, type Segment } from './segment.ts';

/** A batch that is not in a segment yet. */
export interface TailBatch extends LinkedBatch {
  readonly id: number;
  /** What was before it in its chain did not come here. */
  readonly gap: boolean;
}

/** The newest events: written down as they came in, and held in memory until they become a segment. */
export interface Tail {
  add(batch: TailBatch): void;
  readonly count: number;
  /** Unix milliseconds of the first event that came in. */
  readonly sinceMs: number | undefined;
  /** The first batches that have so many events together; all of them where that is not enough. */
  first(events: number): readonly TailBatch[];
  /** Forgets the first so many batches. */
  drop(batches: number): void;
  rows(): readonly PlacedRow[];
  segment(): Segment;
}

export function createTail(): Tail {
  let batches: { readonly batch: TailBatch; rows?: readonly PlacedRow[] }[] = [];
  let count = 0;
  let made: { readonly rows: readonly PlacedRow[]; readonly segment: Segment } | undefined;
  const view = () => {
    if (made !== undefined) return made;
    const rows = inOrder(batches.flatMap((each) => (each.rows ??= rowsOf(each.batch))));
    return (made = { rows, segment: segmentOf(rows) });
  };
  return {
    add(batch) {
      batches.push({ batch });
      count += batch.lines.length;
      made = undefined;
    },
    get count() {
      return count;
    },
    get sinceMs() {
      const [line] = batches.find(({ batch }) => batch.lines.length > 0)?.batch.lines ?? [];
      return line === undefined ? undefined : Number((JSON.parse(line) as Row)[0]);
    },
    first(events) {
      let found = 0;
      const end = batches.findIndex(({ batch }) => (found += batch.lines.length) >= events);
      return batches.slice(0, end === -1 ? undefined : end + 1).map(({ batch }) => batch);
    },
    drop(dropped) {
      for (const { batch } of batches.slice(0, dropped)) count -= batch.lines.length;
      batches = batches.slice(dropped);
      made = undefined;
    },
    rows: () => view().rows,
    segment: () => view().segment,
  };
}

/** The events of a batch. */
export function rowsOf({ replica, firstSeq, lines, checks }: LinkedBatch): readonly PlacedRow[] {
  return lines.map((line, at) => ({
    replica,
    seq: firstSeq + at,
    row: JSON.parse(line) as Row,
    check: checks[at] ?? 0,
  }));
}

/** Oldest first. */
export function inOrder(rows: readonly PlacedRow[]): readonly PlacedRow[] {
  const place = ({ replica, seq, row }: PlacedRow) => ({ atMs: Number(row[0]), replica, seq });
  return rows
    .map((row) => ({ row, place: place(row) }))
    .sort((a, b) => comparePlaces(a.place, b.place))
    .map(({ row }) => row);
}

interface BatchRow extends Pick<TailBatch, 'id' | 'replica' | 'firstSeq' | 'before' | 'hash'> {
  readonly checks: Uint8Array;
  readonly lines: string;
  readonly marks: string;
  readonly gap: number;
}

/** The batches that are in the file, in the order in which they came; `after` one of them. */
export function readBatches(index: Index, after = 0, limit = Number.MAX_SAFE_INTEGER): readonly TailBatch[] {
  const rows = index
    .prepare(
      `select id, replica, firstSeq, before, hash, checks, lines, marks, gap from batches where id > ?
       order by id limit ?`,
    )
    .all(after, limit) as readonly BatchRow[];
  return rows.map(({ checks, lines, marks, gap, ...row }) => ({
    ...row,
    checks: new Uint32Array(new Uint8Array(checks).buffer),
    lines: lines === '' ? [] : lines.split('\n'),
    marks: marks === '' ? [] : (JSON.parse(marks) as readonly Mark[]),
    gap: gap === 1,
  }));
}
