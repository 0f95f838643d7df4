import { bloomOf } from './bloom.ts';
import { packColumn } from './column-pack.ts';
import type { Column } from './column.ts';
import { inTransaction, type Index } from './database.ts';
import type { Cell, Mark, PlacedRow } from './event.ts';
import type { LinkedBatch } from './link.ts';
import { cellsOf, segmentColumns, spanOf, type SegmentColumn } from './segment.ts';
import { sumUp, writeSums } from './sums.ts';
import { filterNames, termsIn, type FilterName } from './terms.ts';
import { inOrder, rowsOf, type TailBatch } from './tail.ts';

/** Of one gateway, some of its chain: its numbers, inclusive, and the links before it and at its end. */
export interface ChainPart {
  readonly replica: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly events: number;
  readonly before: string;
  readonly hash: string;
  /** Linked before its events. */
  readonly marks?: readonly Mark[];
  /** What was before it did not come here. */
  readonly gap?: true;
}

export function chainPartOf(batch: LinkedBatch, gap = false): ChainPart {
  const { replica, firstSeq, before, hash, lines, marks } = batch;
  const [events, lastSeq] = [lines.length, firstSeq + lines.length - 1];
  const more = { ...(marks.length > 0 && { marks }), ...(gap && { gap }) };
  return { replica, firstSeq, lastSeq, events, before, hash, ...more };
}

/** The row of `parts` that holds a column; the last one of a segment holds the checks. */
export function partId(segment: number, column: SegmentColumn | 'checks'): number {
  return segment * 64 + (column === 'checks' ? 63 : segmentColumns.indexOf(column));
}

/** The row of `filters`: all of one name lie together, since they are read together. */
export function filterId(segment: number, name: FilterName): number {
  return filterNames.indexOf(name) * 2 ** 40 + segment;
}

/** Makes one segment of some batches, all of it or nothing. */
export function compact(index: Index, batches: readonly TailBatch[]): void {
  const last = batches.at(-1);
  if (last === undefined) return;
  const rows = inOrder(batches.flatMap(rowsOf));
  const chains = chainsOf(batches);
  inTransaction(index, () => {
    const { id } = index.prepare('select coalesce(max(id), 0) + 1 as id from segments').get() as {
      id: number;
    };
    const { fromMs, toMs } = spanOf(rows);
    const constants = writeColumns(index, id, rows, chains);
    index
      .prepare(
        'insert into segments (id, fromMs, toMs, count, constants, chains, pruned) values (?, ?, ?, ?, ?, ?, 0)',
      )
      .run(id, fromMs, toMs, rows.length, JSON.stringify(constants), JSON.stringify(chains));
    writeSums(index, sumUp(rows));
    index.prepare('delete from batches where id <= ?').run(last.id);
  });
}

function chainsOf(batches: readonly TailBatch[]): readonly ChainPart[] {
  const parts: ChainPart[] = [];
  const places = new Map<string, number>();
  for (const batch of batches) {
    const part = chainPartOf(batch, batch.gap);
    const { replica, lastSeq, hash, events, marks, gap } = part;
    const place = places.get(replica);
    const last = place === undefined ? undefined : parts[place];
    if (place !== undefined && last !== undefined && marks === undefined && gap === undefined)
      parts[place] = { ...last, lastSeq, hash, events: last.events + events };
    else places.set(replica, parts.push(part) - 1);
  }
  return parts;
}

/** Columns that are the same in every row, with what they hold: of them there is no part. */
export type Constants = Partial<Record<SegmentColumn, Cell>>;

function writeColumns(
  index: Index,
  id: number,
  rows: readonly PlacedRow[],
  chains: readonly ChainPart[],
): Constants {
  const part = index.prepare('insert into parts (id, data) values (?, ?)');
  const filter = index.prepare('insert into filters (id, bits) values (?, ?)');
  const constants: Constants = {};
  for (const name of segmentColumns) {
    const cells = cellsOf(rows, name);
    const shortened = shorten(name, cells, rows, chains);
    const [first = null] = shortened;
    if (shortened.every((cell) => cell === first)) constants[name] = first;
    else part.run(partId(id, name), packColumn(shortened));
  }
  for (const name of filterNames) {
    const terms = termsIn(rows, name);
    if (terms.size > 0) filter.run(filterId(id, name), bloomOf(terms));
  }
  part.run(partId(id, 'checks'), new Uint8Array(Uint32Array.from(rows, ({ check }) => check).buffer));
  return constants;
}

/** Times as the steps between them, numbers as the steps within each gateway's: mostly the same small ones. */
function shorten(
  name: SegmentColumn,
  cells: readonly Cell[],
  rows: readonly PlacedRow[],
  chains: readonly ChainPart[],
): readonly Cell[] {
  if (name === 'atMs') return cells.map((cell, row) => Number(cell) - Number(cells[Math.max(0, row - 1)]));
  if (name !== 'seq') return cells;
  const before = firstOf(chains);
  return rows.map(({ replica, seq }) => {
    const step = seq - (before.get(replica) ?? 0);
    before.set(replica, seq);
    return step >>> 0;
  });
}

/** The first number of each gateway. */
function firstOf(chains: readonly ChainPart[]): Map<string, number> {
  return new Map(chains.map(({ replica, firstSeq }) => [replica, firstSeq] as const).reverse());
}

/** Undoes `shorten` for times. */
export function timesOf(steps: Column, count: number, fromMs: number): Float64Array {
  const times = new Float64Array(count);
  let atMs = fromMs;
  for (let row = 0; row < count; row++) times[row] = atMs += Number(steps.cell(row));
  return times;
}

/** Undoes `shorten` for numbers. */
export function seqsOf(
  steps: Column,
  replicas: Column,
  chains: readonly ChainPart[],
  count: number,
): Float64Array {
  const seqs = new Float64Array(count);
  const first = [...firstOf(chains)];
  const before = first.map(([, seq]) => seq);
  const chainOf = Uint16Array.from({ length: replicas.size }, (_, place) =>
    first.findIndex(([replica]) => replica === replicas.value(place)),
  );
  for (let row = 0; row < count; row++) {
    const chain = chainOf[replicas.place(row)] ?? 0;
    seqs[row] = before[chain] = (before[chain] ?? 0) + (Number(steps.cell(row)) | 0);
  }
  return seqs;
}
