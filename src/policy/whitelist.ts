/** A range as the compiled form holds it: inclusive unsigned 32-bit ends. */
export interface CompactRange {
  /** 16 hex digits. */
  readonly id: string;
  readonly start: number;
  readonly end: number;
  /** Unix seconds from which it no longer counts; `NEVER` where it does not expire. */
  readonly until: number;
}

export const NEVER = 0xffffffff;

/** A scope's compiled ranges: what the hot path reads. Immutable. */
export interface Whitelist {
  /** How many ranges it was made of. */
  readonly size: number;
}

/** The id of the range that has this address now; undefined where none has. */
export function findRange(_whitelist: Whitelist, _address: number, _nowMs: number): string | undefined {
  return undefined;
}
