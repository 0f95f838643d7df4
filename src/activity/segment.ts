import { packAddress, unpackAddress } from './address.ts';
import type { AskedTerms } from './terms.ts';
import { columnOf, type Column } from './column.ts';
import {
  eventColumns,
  eventOf,
  type Cell,
  type EventColumn,
  type PlacedRow,
  type Row,
  type StoredEvent,
} from './event.ts';

/** Where an event stands among all: no index's own number is in it, so that it is the same on every gateway. */
export interface Place {
  /** Unix milliseconds. */
  readonly atMs: number;
  readonly replica: string;
  readonly seq: number;
}

/** Below zero where `a` is the older. */
export function comparePlaces(a: Place, b: Place): number {
  if (a.atMs !== b.atMs) return a.atMs - b.atMs;
  if (a.replica !== b.replica) return a.replica < b.replica ? -1 : 1;
  return a.seq - b.seq;
}

/** The columns of a segment, in the order of their numbers. Only ever added to at the end. */
export const segmentColumns = ['replica', 'seq', ...eventColumns] as const;
export type SegmentColumn = (typeof segmentColumns)[number];

/** Some events, oldest first. IPv4 addresses are numbers in it. */
export interface Segment extends Span {
  /** Its number in the file; absent while it is held in memory only. */
  readonly id?: number;
  readonly count: number;
  column(name: SegmentColumn): Column;
  /** False where no row of it can hold one of the terms. */
  mayHold(asked: AskedTerms): boolean;
}

/** A segment of the file. */
export type StoredSegment = Segment & { readonly id: number };

/** Unix milliseconds, both inclusive. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Rows that are at hand as a segment; they must be in order. */
export function segmentOf(rows: readonly PlacedRow[]): Segment {
  const columns = new Map<SegmentColumn, Column>();
  const make = (name: SegmentColumn): Column => {
    const column = columnOf(cellsOf(rows, name));
    columns.set(name, column);
    return column;
  };
  return {
    ...spanOf(rows),
    count: rows.length,
    column: (name) => columns.get(name) ?? make(name),
    mayHold: () => true,
  };
}

export function spanOf(rows: readonly PlacedRow[]): Span {
  const timeOf = (row: PlacedRow | undefined): number => Number(row?.row[0] ?? 0);
  return { fromMs: timeOf(rows[0]), toMs: timeOf(rows.at(-1)) };
}

/** One column of some rows, as segments hold it. */
export function cellsOf(rows: readonly PlacedRow[], name: SegmentColumn): Cell[] {
  const cells = new Array<Cell>(rows.length).fill(null);
  const place = name === 'replica' || name === 'seq' ? undefined : eventColumns.indexOf(name);
  let at = 0;
  for (const placed of rows) {
    if (place === undefined) cells[at++] = name === 'replica' ? placed.replica : placed.seq;
    else cells[at++] = placed.row[place] ?? null;
  }
  return name === 'clientIp' ? cells.map(packAddress) : cells;
}

export function placeIn(segment: Segment, row: number): Place {
  return {
    atMs: Number(segment.column('atMs').cell(row)),
    replica: String(segment.column('replica').cell(row)),
    seq: Number(segment.column('seq').cell(row)),
  };
}

/** The event of a row. */
export function eventIn(segment: Segment, row: number): StoredEvent {
  const { replica, seq } = placeIn(segment, row);
  return { ...eventOf((name) => cellIn(segment, name, row)), replica, seq };
}

function cellIn(segment: Segment, name: EventColumn, row: number): Cell {
  const cell = segment.column(name).cell(row);
  return name === 'clientIp' ? unpackAddress(cell) : cell;
}

/** The row as it came in: what is absent at its end is left off. */
export function rowIn(segment: Segment, row: number): Row {
  const cells = eventColumns.map((name) => cellIn(segment, name, row));
  return cells.slice(0, cells.findLastIndex((cell) => cell !== null) + 1);
}
