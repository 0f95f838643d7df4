import { packColumn } from './column-pack.ts';
import { inTransaction, type Index } from './database.ts';
import type { Cell } from './event.ts';
import { createIds, type Ids } from './ids.ts';
import { runColumns, visitId, type Chunk, type RunColumn } from './runs.ts';
import type { StoredSegment } from './segment.ts';
import { visitKeys } from './visits.ts';

/** Segments that a run is made of: with more, more of the newest is read from segments. */
export const segmentsOfRun = 16;
/** With more, a bot of few visits is dearer; with fewer, one of many. */
const rowsOfChunk = 2_048;

/** Makes a run of segments that follow each other, all of it or nothing; false where they are too few. */
export function makeRun(index: Index, segments: readonly StoredSegment[]): boolean {
  const [first, last] = [segments[0], segments.at(-1)];
  if (first === undefined || last === undefined || segments.length < segmentsOfRun) return false;
  const fromMs = Math.min(...segments.map((segment) => segment.fromMs));
  const toMs = Math.max(...segments.map((segment) => segment.toMs));
  const columns = columnsOf(segments, fromMs);
  inTransaction(index, () => {
    const { id } = index.prepare('select coalesce(max(id), 0) + 1 as id from runs').get() as { id: number };
    const part = index.prepare('insert into visits (id, data) values (?, ?)');
    const chunks: Chunk[] = [];
    for (let from = 0; from < columns.bot.length; from += rowsOfChunk) {
      const bots = columns.bot.slice(from, from + rowsOfChunk).map((bot) => String(bot ?? ''));
      for (const name of runColumns) {
        const cells = columns[name].slice(from, from + rowsOfChunk);
        part.run(visitId(id, chunks.length, name), packColumn(cells));
      }
      chunks.push({ fromBot: bots[0] ?? '', toBot: bots.at(-1) ?? '', rows: bots.length });
    }
    index
      .prepare(
        'insert into runs (id, fromMs, toMs, firstSegment, lastSegment, segments, chunks) values (?, ?, ?, ?, ?, ?, ?)',
      )
      .run(id, fromMs, toMs, first.id, last.id, segments.length, JSON.stringify(chunks));
  });
  return true;
}

type Columns = { readonly [Name in RunColumn]: Cell[] };

/** What is alike lies together once it is sorted. Times are told as steps: small numbers take little. */
function columnsOf(segments: readonly StoredSegment[], fromMs: number): Columns {
  const { times, keys } = read(segments);
  const columns: Columns = {
    bot: [],
    asked: [],
    clientIp: [],
    subject: [],
    firstMs: [],
    lastMs: [],
    count: [],
  };
  const order = keys.reduceRight<Uint32Array>(
    (rows, key) => sortedBy(rows, key),
    Uint32Array.from(times, (_, row) => row),
  );
  let [before, firstMs, lastMs, count] = [-1, 0, 0, 0];
  const end = (): void => {
    if (before < 0) return;
    visitKeys.forEach((name, at) => columns[name].push(keys[at]?.cell(before) ?? null));
    columns.firstMs.push(firstMs - fromMs);
    columns.lastMs.push(lastMs - firstMs);
    columns.count.push(count);
  };
  for (const row of order) {
    const atMs = times[row] ?? 0;
    if (before >= 0 && keys.every(({ ids }) => ids[before] === ids[row])) {
      [firstMs, lastMs, count] = [Math.min(firstMs, atMs), Math.max(lastMs, atMs), count + 1];
    } else {
      end();
      [before, firstMs, lastMs, count] = [row, atMs, atMs, 1];
    }
  }
  end();
  return columns;
}

/** A column of all rows, as numbers for its values. */
interface Key {
  readonly ids: Uint32Array;
  readonly size: number;
  cell(row: number): Cell;
}

function read(segments: readonly StoredSegment[]): {
  readonly times: Float64Array;
  readonly keys: readonly Key[];
} {
  const rows = segments.reduce((sum, { count }) => sum + count, 0);
  const times = new Float64Array(rows);
  const keys = visitKeys.map(() => ({ known: createIds(), ids: new Uint32Array(rows) }));
  let at = 0;
  for (const segment of segments) {
    const atMs = segment.column('atMs');
    for (let row = 0; row < segment.count; row++) times[at + row] = Number(atMs.cell(row));
    keys.forEach(({ known, ids }, place) => {
      const idOf = known.of(segment.column(visitKeys[place] ?? 'bot'));
      for (let row = 0; row < segment.count; row++) ids[at + row] = idOf(row);
    });
    at += segment.count;
  }
  return { times, keys: keys.map(({ known, ids }) => ranked(known, ids)) };
}

/** Numbers in the order of the texts. */
function ranked({ cells }: Ids, ids: Uint32Array): Key {
  const texts = cells.map((cell) => String(cell ?? ''));
  const sorted = cells.map((_, id) => id).sort((a, b) => compare(texts[a] ?? '', texts[b] ?? ''));
  const ranks = new Uint32Array(cells.length);
  sorted.forEach((id, rank) => (ranks[id] = rank));
  return {
    ids: ids.map((id) => ranks[id] ?? 0),
    size: cells.length,
    cell: (row) => cells[ids[row] ?? 0] ?? null,
  };
}

const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

/** Counting sort: rows that are equal keep their order. */
function sortedBy(rows: Uint32Array, { ids, size }: Key): Uint32Array {
  const next = new Uint32Array(size + 1);
  for (const id of ids) next[id + 1] = (next[id + 1] ?? 0) + 1;
  for (let id = 0; id < size; id++) next[id + 1] = (next[id + 1] ?? 0) + (next[id] ?? 0);
  const sorted = new Uint32Array(rows.length);
  for (const row of rows) {
    const id = ids[row] ?? 0;
    const place = next[id] ?? 0;
    sorted[place] = row;
    next[id] = place + 1;
  }
  return sorted;
}
