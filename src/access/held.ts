/** What stands in such a list. */
export interface Link<T> {
  newer: T | undefined;
  older: T | undefined;
  isHeld: boolean;
}

/**
 * Those that are held, as a linked list: one comes and goes with every request, and a Set that is rehashed again and
 * again leaves tables behind which keep what stood in them alive, four times the cost of collecting it.
 */
export interface HeldList<T> extends Iterable<T> {
  add(one: T): void;
  /** False where it is not held. */
  delete(one: T): boolean;
  readonly size: number;
}

export function createHeldList<T extends Link<T>>(): HeldList<T> {
  let newest: T | undefined;
  let size = 0;
  return {
    add(one) {
      one.isHeld = true;
      one.older = newest;
      if (newest !== undefined) newest.newer = one;
      newest = one;
      size += 1;
    },
    delete(one) {
      if (!one.isHeld) return false;
      one.isHeld = false;
      if (one.older !== undefined) one.older.newer = one.newer;
      if (one.newer === undefined) newest = one.older;
      else one.newer.older = one.older;
      one.older = undefined;
      one.newer = undefined;
      size -= 1;
      return true;
    },
    *[Symbol.iterator]() {
      for (let one = newest; one !== undefined; one = one.older) yield one;
    },
    get size() {
      return size;
    },
  };
}
