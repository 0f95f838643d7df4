import { parseRange } from '../policy/range.ts';
import type { FieldError, ParsedRange } from '../policy/range.ts';
import { parseRangeLine } from '../policy/range-text.ts';
import { columnOf } from './columns.ts';
import type { RangeField } from './columns.ts';

/** A range as it is sent and stored. */
export type ListedRange = Pick<ParsedRange, 'start' | 'end' | 'note' | 'purpose' | 'expiresAt'>;

export type EntryResult =
  | { readonly ok: true; readonly range: ListedRange }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/** What stands in a list for the fields of one range; a start may be a network or `a - b` where there is no end. */
export type WrittenRange = Partial<Record<RangeField, unknown>>;

/** Reads one range by what is written for its fields. */
export function readFields(written: WrittenRange, nowMs: number): EntryResult {
  const { start, end, note, purpose, expiresAt } = written;
  const alone = typeof start === 'string' && (end === undefined || end === null || end === '');
  if (!alone) return stored(written, nowMs);
  const line = parseRangeLine(start);
  if (!line.ok) return { ok: false, errors: [{ field: '', message: line.message }] };
  if (line.range === undefined) return { ok: false, errors: [{ field: 'start', message: 'is missing' }] };
  const own = note === undefined || note === null || note === '' ? line.range.note : note;
  return stored({ start: line.range.start, end: line.range.end, note: own, purpose, expiresAt }, nowMs);
}

function stored(written: WrittenRange, nowMs: number): EntryResult {
  const given = Object.entries(written).filter(([, value]) => value !== undefined);
  const read = parseRange(Object.fromEntries(given), nowMs);
  if (!read.ok) return read;
  const { start, end, note, purpose, expiresAt } = read.range;
  const extras = {
    ...(note === undefined ? {} : { note }),
    ...(purpose === undefined ? {} : { purpose }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
  return { ok: true, range: { start, end, ...extras } };
}

/** Reads one entry of a JSON list: its members are named as the columns of CSV are. */
export function readEntry(value: unknown, nowMs: number): EntryResult {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { ok: false, errors: [{ field: '', message: 'must be an object with start and end' }] };
  }
  const written: WrittenRange = {};
  const errors: FieldError[] = [];
  for (const [name, member] of Object.entries(value)) {
    const field = columnOf(name);
    if (field === undefined) errors.push({ field: name, message: 'is not a member of a range' });
    else if (field !== 'past' && field in written) {
      errors.push({ field: name, message: `means the same as another member: ${field}` });
    } else if (field !== 'past') written[field] = member;
  }
  return errors.length > 0 ? { ok: false, errors } : readFields(written, nowMs);
}
