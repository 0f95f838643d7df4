import { IPv4 } from 'ip-num';
import { expiryMistake, readInstant } from './expiry.ts';

/** What is wrong with one field of an input; `field` is empty where it is the input itself. */
export interface FieldError {
  readonly field: string;
  /** Reads on from the field's name: "start must be …". */
  readonly message: string;
}

/** A range as it may be stored: canonical quads, both inclusive. */
export interface ParsedRange {
  readonly start: string;
  readonly end: string;
  /** Unsigned 32-bit. */
  readonly startValue: number;
  readonly endValue: number;
  readonly note?: string;
  /** What it is needed for; the note says what else there is to know. */
  readonly purpose?: string;
  /** RFC 3339 in UTC. */
  readonly expiresAt?: string;
}

export type RangeResult =
  | { readonly ok: true; readonly range: ParsedRange }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/** Of a purpose, too. */
export const MAX_NOTE_LENGTH = 200;

const MEMBERS = new Set(['start', 'end', 'note', 'expiresAt', 'purpose']);
const CANONICAL_QUAD = /^(?:(?:0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])(?:\.(?!$)|$)){4}$/;
/** Controls, lone surrogates, line separators, and marks that reorder text on a screen. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** An address as ip-num's value, or why it is none. Only four canonical decimal octets are one. */
export function readAddress(input: unknown): IPv4 | string {
  if (input === undefined) return 'is missing';
  if (typeof input !== 'string') return 'must be a text';
  return CANONICAL_QUAD.test(input) ? new IPv4(input) : addressMistake(input);
}

function addressMistake(text: string): string {
  if (text === '') return 'is empty';
  if (text !== text.trim() || /\s/u.test(text)) return 'must not contain spaces';
  if (text.includes(':')) return 'is not IPv4; ranges hold IPv4 addresses only';
  if (text.includes('/')) return 'is a network; give its first address as start and its last as end';
  if (/^[0-9.]+$/.test(text)) {
    const octets = text.split('.');
    if (octets.length !== 4 || octets.includes('')) return 'must have exactly four numbers with dots between';
    if (octets.some((octet) => /^0[0-9]/.test(octet))) return 'must not have a number with leading zeros';
    return 'must not have a number above 255';
  }
  return 'must be an IPv4 address: four numbers from 0 to 255 with dots between, as 203.0.113.7';
}

/** Why a note or a purpose cannot be stored, if it cannot. */
function noteMistake(note: unknown): string | undefined {
  if (note === undefined || note === null) return undefined;
  if (typeof note !== 'string') return 'must be a text';
  if (note.length > MAX_NOTE_LENGTH) return `must have at most ${MAX_NOTE_LENGTH} characters`;
  if (UNPRINTABLE.test(note)) return 'must be one line without control characters';
  return undefined;
}

/**
 * Reads a range from input of any type: what it accepts means what it says, everything else is refused with
 * the field named. A null `note`, `purpose` or `expiresAt` and an empty text are none.
 *
 * @param nowMs Unix milliseconds; an expiry that is not after it is refused
 */
export function parseRange(input: unknown, nowMs: number): RangeResult {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return { ok: false, errors: [{ field: '', message: 'must be an object with start and end' }] };
  }
  const errors: FieldError[] = [];
  for (const name of Object.keys(input)) {
    if (!MEMBERS.has(name)) errors.push({ field: name, message: 'is not a member of a range' });
  }
  const fields: ReadonlyMap<string, unknown> = new Map(Object.entries(input));
  const start = readAddress(fields.get('start'));
  const end = readAddress(fields.get('end'));
  const note = fields.get('note');
  const expiresAt = fields.get('expiresAt');
  const refuse = (field: string, message: string | undefined): void => {
    if (message !== undefined) errors.push({ field, message });
  };
  if (typeof start === 'string') refuse('start', start);
  if (typeof end === 'string') refuse('end', end);
  if (typeof start !== 'string' && typeof end !== 'string') refuse('end', orderMistake(start, end));
  refuse('note', noteMistake(note));
  refuse('purpose', noteMistake(fields.get('purpose')));
  refuse('expiresAt', expiryMistake(expiresAt, nowMs));
  if (errors.length > 0 || typeof start === 'string' || typeof end === 'string') return { ok: false, errors };
  return { ok: true, range: { ...ends(start, end), ...extras(fields) } };
}

function orderMistake(start: IPv4, end: IPv4): string | undefined {
  return start.isGreaterThan(end) ? 'must not be before start' : undefined;
}

type Ends = Pick<ParsedRange, 'start' | 'end' | 'startValue' | 'endValue'>;

/** Two ends, already in order, as text and value. */
export function ends(start: IPv4, end: IPv4): Ends {
  return {
    start: start.toString(),
    end: end.toString(),
    startValue: Number(start.value),
    endValue: Number(end.value),
  };
}

function extras(fields: ReadonlyMap<string, unknown>): Pick<ParsedRange, 'note' | 'purpose' | 'expiresAt'> {
  const [note, purpose] = [fields.get('note'), fields.get('purpose')];
  const instant = readInstant(fields.get('expiresAt'));
  return {
    ...(typeof note === 'string' && note !== '' ? { note } : {}),
    ...(typeof purpose === 'string' && purpose !== '' ? { purpose } : {}),
    ...(instant === undefined ? {} : { expiresAt: new Date(instant).toISOString() }),
  };
}

/** The value of a quad that is known to be canonical: what was parsed once and stored. */
export function quadValue(canonical: string): number {
  let value = 0;
  let octet = 0;
  for (let i = 0; i < canonical.length; i += 1) {
    const code = canonical.charCodeAt(i);
    if (code === 46) [value, octet] = [value * 256 + octet, 0];
    else octet = octet * 10 + code - 48;
  }
  return value * 256 + octet;
}
