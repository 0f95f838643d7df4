import type { Cell } from './event.ts';

export interface TopEntry {
  readonly name: string;
  readonly count: number;
  readonly refused: number;
  /** Unix milliseconds. */
  readonly lastMs: number;
}

const topCount = 10;

interface Sum {
  count: number;
  refused: number;
  lastMs: number;
}

/** Sums by name. What has no name is left out. */
export interface Top {
  add(name: Cell, count: number, refused: number, lastMs: number): void;
  all(): readonly TopEntry[];
  /** Those with the most, the most first. */
  most(): readonly TopEntry[];
}

/** `times`: how many events each that is added stands for. */
export function createTop(nameOf: (name: Cell) => string = String, times = 1): Top {
  const sums = new Map<Cell, Sum>();
  const view = ([name, { count, refused, lastMs }]: readonly [Cell, Sum]): TopEntry => ({
    name: nameOf(name),
    count: count * times,
    refused: refused * times,
    lastMs,
  });
  return {
    add(name, count, refused, lastMs) {
      if (name === null) return;
      // Larger numbers are slow as keys; the same 32 bits are read as an address again.
      const key = typeof name === 'number' ? name | 0 : name;
      const sum = sums.get(key);
      if (sum === undefined) sums.set(key, { count, refused, lastMs });
      else {
        sum.count += count;
        sum.refused += refused;
        if (lastMs > sum.lastMs) sum.lastMs = lastMs;
      }
    },
    all: () => [...sums].map(view),
    most: () =>
      [...sums]
        .sort(([, a], [, b]) => b.count - a.count)
        .slice(0, topCount)
        .map(view),
  };
}
