import { mayHold } from './bloom.ts';
import { columnOf, constantColumn, type Column } from './column.ts';
import { unpackColumn } from './column-unpack.ts';
import { compact, filterId, partId, seqsOf, timesOf, type ChainPart, type Constants } from './compact.ts';
import type { Index } from './database.ts';
import type { Batch, PlacedRow } from './event.ts';
import { createIngest, type Ingest } from './ingest.ts';
import { linkBatch } from './link.ts';
import { makeRun, segmentsOfRun } from './run-make.ts';
import type { Segment, SegmentColumn, Span, StoredSegment } from './segment.ts';
import { createTail, readBatches } from './tail.ts';

/** The store of decisions: new events as they came in, older ones as segments. */
export interface Decisions {
  readonly index: Index;
  /** Keeps a batch of this gateway's own, and makes segments of what has come together. Throws where it is not kept. */
  take(batch: Batch): void;
  /** Keeps batches of any gateway, as they were read from the stream of all. Throws where they are not kept. */
  readonly keep: Ingest['keep'];
  /** How far that stream was read. */
  readonly position: Ingest['position'];
  /** Makes a segment of what has waited for longer than some hours, however little it is. */
  compactOld(nowMs: number): void;
  /** What may hold events of the time, the newest end first. */
  segments(span: Span): readonly Segment[];
  /** Makes a run where there are enough segments for the next one; false where there are not. */
  makeRun(): boolean;
  /** What is in no segment yet, oldest first. */
  tailRows(): readonly PlacedRow[];
}

/** Beyond so many that could not be made into segments no more is taken, since they are held in memory. */
const mostTail = 65_536;
/** How much longer than its days an event may be kept: segments go as a whole. */
const mostWaitMs = 6 * 3_600_000;
/** Of columns that are read again. */
const cacheBytes = 32 * 1024 * 1024;

/**
 * Opens the store. Segments have `segmentEvents` and what came with the last of them: with more a page is dearer that
 * finds one event in each, with fewer one that finds none.
 */
export function openDecisions(index: Index, segmentEvents = 4_096): Decisions {
  const tail = createTail();
  for (const batch of readBatches(index)) tail.add(batch);
  const { head, keep, position } = createIngest(index, tail);
  const step = (): void => {
    const batches = tail.first(segmentEvents);
    compact(index, batches);
    tail.drop(batches.length);
  };
  const keepSome: Ingest['keep'] = (...kept) => {
    if (tail.count >= mostTail) step();
    keep(...kept);
    try {
      while (tail.count >= segmentEvents) step();
    } catch {
      // What came is kept all the same; the next one tries again.
    }
  };
  return {
    index,
    take: (batch) => keepSome(linkBatch(batch, head(batch.replica))),
    keep: keepSome,
    position,
    compactOld(nowMs) {
      if (tail.sinceMs !== undefined && tail.sinceMs < nowMs - mostWaitMs) step();
    },
    segments: createReader(index, () => (tail.count === 0 ? undefined : tail.segment())),
    makeRun: () => makeRun(index, nextForRun(index)),
    tailRows: tail.rows,
  };
}

/** The oldest segments that are younger than every run. */
function nextForRun(index: Index): readonly StoredSegment[] {
  const rows = index
    .prepare(
      `select id, fromMs, toMs, count, constants, chains from segments where pruned = 0
       and id > (select coalesce(max(lastSegment), 0) from runs) order by id limit ?`,
    )
    .all(segmentsOfRun) as readonly SegmentRow[];
  return rows.map(createStored(index));
}

interface SegmentRow extends Span {
  readonly id: number;
  readonly count: number;
  readonly constants: string;
  readonly chains: string;
}

function createReader(index: Index, tail: () => Segment | undefined): Decisions['segments'] {
  const select = index.prepare(
    'select id, fromMs, toMs, count, constants, chains from segments where toMs >= ? and fromMs <= ? and pruned = 0',
  );
  const stored = createStored(index);
  return ({ fromMs, toMs }) => {
    const rows = select.all(fromMs, toMs) as readonly SegmentRow[];
    const newest = tail();
    const isAsked = newest !== undefined && newest.toMs >= fromMs && newest.fromMs <= toMs;
    return [...(isAsked ? [newest] : []), ...rows.map(stored)].sort((a, b) => b.toMs - a.toMs);
  };
}

/** What segments of an older version do not have. */
const laterColumns: ReadonlySet<SegmentColumn> = new Set(['asked']);

/** Segments as they lie in the file, read column by column as they are asked for. */
export function createStored(index: Index): (row: SegmentRow) => StoredSegment {
  const part = index.prepare('select data from parts where id = ?');
  const filter = index.prepare('select bits from filters where id = ?');
  const cache = createCache();
  return ({ id, constants, chains, ...row }) => {
    const same = lazy(() => JSON.parse(constants) as Constants);
    const read = (name: SegmentColumn): Column => {
      const constant = same()[name];
      if (constant !== undefined) return constantColumn(constant);
      const found = part.get(partId(id, name)) as { readonly data: Uint8Array } | undefined;
      if (found !== undefined) return unpackColumn(found.data);
      if (laterColumns.has(name)) return constantColumn(null);
      throw new Error(`the column ${name} of a segment is not there`);
    };
    const make = (name: SegmentColumn): Column => {
      if (name === 'atMs') return columnOf(timesOf(read(name), row.count, row.fromMs));
      if (name !== 'seq') return read(name);
      const parts = JSON.parse(chains) as readonly ChainPart[];
      return columnOf(seqsOf(read(name), read('replica'), parts, row.count));
    };
    return {
      ...row,
      id,
      column: (name) => cache(partId(id, name), () => make(name)),
      mayHold({ of, anyOf }) {
        const found = filter.get(filterId(id, of)) as { readonly bits: Uint8Array } | undefined;
        return found !== undefined && anyOf.some((term) => mayHold(found.bits, term));
      },
    };
  };
}

function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** Columns that were read last, up to a bound. */
function createCache(): (id: number, make: () => Column) => Column {
  const kept = new Map<number, Column>();
  let bytes = 0;
  return (id, make) => {
    const found = kept.get(id);
    const column = found ?? make();
    kept.delete(id);
    kept.set(id, column);
    if (found !== undefined) return column;
    bytes += column.bytes;
    for (const [oldest, { bytes: freed }] of kept) {
      if (bytes <= cacheBytes || oldest === id) break;
      kept.delete(oldest);
      bytes -= freed;
    }
    return column;
  };
}
