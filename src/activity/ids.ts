import type { Column } from './column.ts';
import type { Cell } from './event.ts';

/** A number for each value of a column, the same in every segment: texts are read once in each. */
export interface Ids {
  of(column: Column): (row: number) => number;
  /** The values, each at its number. */
  readonly cells: readonly Cell[];
}

export function createIds(): Ids {
  const known = new Map<Cell, number>();
  const cells: Cell[] = [];
  return {
    of({ size, place, value }) {
      const here = new Int32Array(size).fill(-1);
      return (row) => {
        const at = place(row);
        const found = here[at] ?? -1;
        if (found >= 0) return found;
        const cell = value(at);
        const id = known.get(cell) ?? cells.push(cell) - 1;
        known.set(cell, id);
        return (here[at] = id);
      };
    },
    cells,
  };
}
