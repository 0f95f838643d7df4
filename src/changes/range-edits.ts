import { parseRange, quadValue } from '../policy/range.ts';
import type { ParsedRange, RangeResult } from '../policy/range.ts';
import { refused } from './plan.ts';
import type { Current, Edit, Plan, EditRefused } from './plan.ts';
import type { Change, RangeRecord } from './change.ts';

/** When, by whom, and under which id something new is stored. */
export interface Stamp {
  readonly at: string;
  readonly by: string;
  readonly newId: () => string;
}

/** Adds one range. Refused where the same start and end are there already. */
export function addRange(input: unknown, nowMs: number, stamp: Stamp): Edit {
  const parsed = parseRange(input, nowMs);
  const record = parsed.ok ? newRecord(parsed.range, stamp) : undefined;
  return {
    plan(current) {
      if (!parsed.ok || record === undefined) return invalid(parsed);
      const same = findSame(current.ranges, parsed.range);
      return same === undefined ? { ok: true, removed: [], added: [record] } : sameEnds(same);
    },
    isSame: (change) => parsed.ok && change.removed.length === 0 && holdsOnly(change.added, parsed.range),
  };
}

/** Puts one range in another's place, under its id. */
export function putRange(id: string, input: unknown, nowMs: number, stamp: Stamp): Edit {
  const parsed = parseRange(input, nowMs);
  return {
    plan(current) {
      const old = current.ranges.find((range) => range.id === id);
      if (old === undefined) return noSuchRange(id);
      if (!parsed.ok) return invalid(parsed);
      if (isAlike(old, parsed.range)) return { ok: true, removed: [], added: [], unchanged: old };
      const same = findSame(current.ranges, parsed.range, id);
      if (same !== undefined) return sameEnds(same);
      return { ok: true, removed: [old], added: [updatedRecord(old, parsed.range, stamp)] };
    },
    isSame: (change) =>
      parsed.ok && change.removed[0]?.id === id && holdsOnly(change.added, parsed.range, id),
  };
}

/** Takes one range away. */
export function removeRange(id: string): Edit {
  return {
    plan(current: Current): Plan | EditRefused {
      const old = current.ranges.find((range) => range.id === id);
      return old === undefined ? noSuchRange(id) : { ok: true, removed: [old], added: [] };
    },
    isSame: (change: Change) =>
      change.added.length === 0 && change.removed.length === 1 && change.removed[0]?.id === id,
  };
}

export function newRecord(range: ParsedRange, stamp: Stamp): RangeRecord {
  return { id: stamp.newId(), ...content(range), createdAt: stamp.at, createdBy: stamp.by };
}

/** The same range with another content; who made it first stays. */
export function updatedRecord(old: RangeRecord, range: ParsedRange, stamp: Stamp): RangeRecord {
  const { id, createdAt, createdBy } = old;
  return { id, ...content(range), createdAt, createdBy, updatedAt: stamp.at, updatedBy: stamp.by };
}

type Content = Pick<RangeRecord, 'start' | 'end' | 'note' | 'purpose' | 'expiresAt'>;

function content(range: ParsedRange): Content {
  const { start, end, note, purpose, expiresAt } = range;
  return {
    start,
    end,
    ...(note === undefined ? {} : { note }),
    ...(purpose === undefined ? {} : { purpose }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

/** True where storing `range` in the record's place would change nothing. */
export function isAlike(record: RangeRecord, range: Content): boolean {
  return (
    record.start === range.start &&
    record.end === range.end &&
    record.note === range.note &&
    record.purpose === range.purpose &&
    record.expiresAt === range.expiresAt
  );
}

function holdsOnly(records: readonly RangeRecord[], range: ParsedRange, id?: string): boolean {
  const [only, ...more] = records;
  return (
    only !== undefined && more.length === 0 && isAlike(only, range) && (id === undefined || only.id === id)
  );
}

/** The range with the same ends, by bisection: lists are sorted by start, then end. */
export function findSame(
  ranges: readonly RangeRecord[],
  wanted: Pick<ParsedRange, 'start' | 'end' | 'startValue' | 'endValue'>,
  exceptId?: string,
): RangeRecord | undefined {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const range = ranges[middle];
    if (range !== undefined && isBefore(range, wanted)) low = middle + 1;
    else high = middle;
  }
  for (let at = low; at < ranges.length; at += 1) {
    const range = ranges[at];
    if (range?.start !== wanted.start || range.end !== wanted.end) return undefined;
    if (range.id !== exceptId) return range;
  }
  return undefined;
}

function isBefore(range: RangeRecord, wanted: Pick<ParsedRange, 'startValue' | 'endValue'>): boolean {
  const start = quadValue(range.start);
  return start < wanted.startValue || (start === wanted.startValue && quadValue(range.end) < wanted.endValue);
}

function invalid(parsed: RangeResult): EditRefused {
  const errors = parsed.ok ? [] : parsed.errors;
  return refused({ code: 'invalid', detail: 'This is not a range that can be stored.', errors });
}

export function noSuchRange(id: string): EditRefused {
  return refused({ code: 'not-found', detail: `There is no range ${id} in this list.` });
}

function sameEnds(same: RangeRecord): EditRefused {
  const detail = `The range ${same.start} - ${same.end} is in this list already, as ${same.id}.`;
  return refused({
    code: 'conflict',
    detail,
    errors: [{ field: 'start', message: `is there already, as ${same.id}` }],
  });
}
