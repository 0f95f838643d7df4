import { parseRangeLine } from '../../../../policy/range-text.ts';
import { parseRange } from '../../../../policy/range.ts';
import type { ParsedRange } from '../../../../policy/range.ts';
import type { RangeInput, RangeRecord } from '../api/types.ts';
import { toLocalInput } from './local-time.ts';

/** What stands in the fields of one range. */
export interface Typed {
  readonly start: string;
  readonly end: string;
  readonly note: string;
  readonly purpose: string;
  /** As a `datetime-local` input has it: in the reader's own zone. */
  readonly expires: string;
}

export const nothingTyped: Typed = { start: '', end: '', note: '', purpose: '', expires: '' };

export function typedFrom(range: RangeRecord): Typed {
  return {
    start: range.start,
    end: range.end,
    note: range.note ?? '',
    purpose: range.purpose ?? '',
    expires: toLocalInput(range.expiresAt),
  };
}

export function isNothing(typed: Typed): boolean {
  return Object.values(typed).every((text) => text === '');
}

export type Mistakes = Partial<Record<keyof typeof names, string>>;

const names = {
  start: 'Start IP range',
  end: 'End IP range',
  note: 'Note',
  purpose: 'Purpose',
  expiresAt: 'Expiry',
} as const;

function isNamed(field: string): field is keyof typeof names {
  return Object.hasOwn(names, field);
}

/** The range that the fields say, or what is wrong with each; by the gateway's own rules. */
export function readTyped(
  typed: Typed,
  nowMs: number,
): { readonly range?: ParsedRange; readonly mistakes: Mistakes } {
  const result = parseRange({ ...inputOf(typed), start: typed.start.trim(), end: typed.end.trim() }, nowMs);
  if (result.ok) return { range: result.range, mistakes: {} };
  const mistakes: Mistakes = {};
  for (const { field, message } of result.errors) {
    if (isNamed(field)) mistakes[field] ??= `${names[field]} ${message}.`;
  }
  return { mistakes };
}

/** As it goes to the gateway. */
export function inputOf(typed: Typed): RangeInput {
  const expires = typed.expires === '' ? undefined : new Date(typed.expires);
  const [note, purpose] = [typed.note.trim(), typed.purpose.trim()];
  return {
    start: typed.start.trim(),
    end: typed.end.trim(),
    ...(note === '' ? {} : { note }),
    ...(purpose === '' ? {} : { purpose }),
    ...(expires === undefined || Number.isNaN(expires.getTime()) ? {} : { expiresAt: expires.toISOString() }),
  };
}

/** What a pasted text is: one range for both fields, a list, or nothing that can be read. */
export type Pasted =
  | { readonly kind: 'range'; readonly start: string; readonly end: string; readonly note?: string }
  | { readonly kind: 'list'; readonly text: string }
  | { readonly kind: 'other' };

export function readPasted(text: string): Pasted {
  const lines = text.split(/\r\n|[\r\n]/).filter((line) => line.trim() !== '');
  if (lines.length > 1) return { kind: 'list', text };
  const read = parseRangeLine(lines[0] ?? '');
  if (!read.ok || read.range === undefined) return { kind: 'other' };
  const { start, end, note } = read.range;
  return { kind: 'range', start, end, ...(note === undefined ? {} : { note }) };
}

/** Leaving the start field: a network or `a - b` typed there fills both, one address fills an empty end. */
export function completed(typed: Typed): Typed {
  const read = readPasted(typed.start);
  if (read.kind !== 'range') return typed;
  const single = read.start === typed.start.trim();
  if (single && typed.end !== '') return typed;
  return {
    ...typed,
    start: read.start,
    end: read.end,
    note: typed.note === '' ? (read.note ?? '') : typed.note,
  };
}
