import { hash } from 'node:crypto';

export interface TallyOptions {
  /** Marks that are kept of all keys together; beyond them the key that was quiet for longest is forgotten. */
  readonly mostMarks: number;
}

/** How many different things each key was seen with lately. */
export interface Tally {
  /** Notes a thing, and says how many different ones the key had within the time. Times only grow. */
  add(key: string, thing: string, atMs: number, windowMs: number): number;
  forget(key: string): void;
}

/** A mark takes the place of a text of any length, and tells nothing about it. */
function markOf(text: string): number {
  return Number.parseInt(hash('sha1', text, 'hex').slice(0, 12), 16);
}

/** Exact but for marks that two things share (2^-48), and bounded whatever keys and things come. */
export function createTally({ mostMarks }: TallyOptions): Tally {
  // Both in the order of their last use.
  const keys = new Map<number, Map<number, number>>();
  let marks = 0;
  const forget = (key: number): void => {
    marks -= keys.get(key)?.size ?? 0;
    keys.delete(key);
  };
  return {
    add(key, thing, atMs, windowMs) {
      const [own, mark] = [markOf(key), markOf(thing)];
      const seen = keys.get(own) ?? new Map<number, number>();
      marks -= seen.size;
      seen.delete(mark);
      seen.set(mark, atMs);
      for (const [old, lastMs] of seen) {
        if (lastMs > atMs - windowMs) break;
        seen.delete(old);
      }
      marks += seen.size;
      keys.delete(own);
      keys.set(own, seen);
      for (const [oldest] of keys) {
        if (marks <= mostMarks) break;
        forget(oldest);
      }
      return seen.size;
    },
    forget: (key) => forget(markOf(key)),
  };
}
