import type { Cell } from './event.ts';

/** One column of a segment. Rows point at values; those of a column of mostly different ones each have their own. */
export interface Column {
  cell(row: number): Cell;
  /** Where the row's value stands among the values. */
  place(row: number): number;
  value(place: number): Cell;
  /** How many values there are. */
  readonly size: number;
  /** Which places hold exactly this. */
  equals(wanted: Cell): (place: number) => boolean;
  /** About what it takes of memory. */
  readonly bytes: number;
}

/** Which rows hold a value that passes; undefined where no value does. */
export function rowsWhere(
  { size, place }: Column,
  rows: number,
  passes: (place: number) => boolean,
): ((row: number) => boolean) | undefined {
  if (size >= rows) return (row) => passes(place(row));
  const passed = new Uint8Array(size);
  let any = false;
  for (let at = 0; at < size; at++)
    if (passes(at)) {
      passed[at] = 1;
      any = true;
    }
  return any ? (row) => passed[place(row)] === 1 : undefined;
}

/** A column of cells that are at hand. */
export function columnOf(cells: ArrayLike<Cell>): Column {
  const cell = (row: number): Cell => cells[row] ?? null;
  return {
    cell,
    place: (row) => row,
    value: cell,
    size: cells.length,
    equals: (wanted) => (place) => cell(place) === wanted,
    bytes: cells.length * 8,
  };
}

/** A column that is the same in every row. */
export function constantColumn(value: Cell): Column {
  return { ...columnOf([value]), place: () => 0, cell: () => value };
}
