import { readJson } from '../json.ts';
import { parseRangeLine } from '../policy/range-text.ts';
import type { FieldError } from '../policy/range.ts';
import { FIELDS, columnOf, readHeading } from './columns.ts';
import type { RangeField } from './columns.ts';
import { readEntry, readFields } from './entry.ts';
import type { EntryResult, ListedRange, WrittenRange } from './entry.ts';
import { noteOf } from './note.ts';
import { beforeNote, readRows, separatorOf } from './row.ts';
import type { Cell, Row } from './row.ts';

export type Format = 'csv' | 'json';

/** One range of a list, or why there is none. */
export type Item = {
  /** Of the text, or of the entry in JSON; from 1. */
  readonly line: number;
  /** How much of the list was read so far, up to 1. */
  readonly share: number;
} & (
  | { readonly ok: true; readonly range: ListedRange }
  | { readonly ok: false; readonly text: string; readonly message: string }
);

export interface RangeList {
  /** What `line` counts. */
  readonly unit: 'line' | 'entry';
  readonly items: Generator<Item>;
}

const SHOWN = 80;

/** JSON where the text starts as JSON does, lines or CSV otherwise. */
export function formatOf(text: string): Format {
  return /^\ufeff?\s*[[{]/.test(text) ? 'json' : 'csv';
}

/**
 * Reads a list of ranges of any form: JSON as the export writes it; CSV with commas, semicolons or tabs, with or
 * without a heading; lines as people write ranges. Whatever is not understood is named, and nothing is guessed or
 * left out: a column that is not known could be the one that ends a range. One item at a time, so that a long list
 * can be read in slices.
 */
export function readRangeList(text: string, nowMs: number, format: Format = formatOf(text)): RangeList {
  const plain = text.replace(/^\ufeff/, '');
  if (format === 'json') return { unit: 'entry', items: jsonItems(plain, nowMs) };
  return { unit: 'line', items: textItems(plain, nowMs) };
}

function sentence({ field, message }: FieldError): string {
  return field === '' ? message : `${field} ${message}`;
}

function itemOf(read: EntryResult, at: { line: number; share: number; text: string }): Item {
  const { line, share, text } = at;
  if (read.ok) return { ok: true, line, share, range: read.range };
  return { ok: false, line, share, text, message: read.errors.map(sentence).join('; ') };
}

function* textItems(text: string, nowMs: number): Generator<Item> {
  const separator = separatorOf(text);
  let columns: readonly (RangeField | 'past' | undefined)[] | undefined;
  for (const row of readRows(text, separator)) {
    const at = { line: row.line, share: Math.min(1, row.next / text.length), text: row.raw.slice(0, SHOWN) };
    const refuse = (message: string): Item => ({ ok: false, ...at, message });
    if (row.open) yield refuse('has a quotation mark that nothing closes');
    else if (columns === undefined && isHeading(row.cells)) {
      const heading = readHeading(row.cells.map((cell) => cell.text.trim()));
      // Without knowing what the columns are, no row of theirs can be read.
      if (!heading.ok) return yield refuse(heading.message);
      columns = heading.fields;
    } else if (
      columns === undefined &&
      !beforeNote(row.raw).trim().includes(separator) &&
      !row.cells[0]?.quoted
    ) {
      yield itemOf(readWhole(row, nowMs), at);
    } else {
      yield itemOf(readCells(row.cells, (columns ??= FIELDS), nowMs), at);
    }
  }
}

/** A first row without any address that names columns, or that has several cells which cannot be a range. */
function isHeading(cells: readonly Cell[]): boolean {
  if (cells.some(({ text }) => /^\s*[0-9:]/.test(text))) return false;
  return cells.length > 1 || cells.some(({ text }) => columnOf(text.trim()) !== undefined);
}

/** A line as people write ranges, with its `# note`. */
function readWhole({ raw }: Row, nowMs: number): EntryResult {
  const line = parseRangeLine(raw);
  if (!line.ok) return { ok: false, errors: [{ field: '', message: line.message }] };
  const { start, end, note } = line.range ?? {};
  return readFields({ start, end, note }, nowMs);
}

function readCells(
  cells: readonly Cell[],
  columns: readonly (RangeField | 'past' | undefined)[],
  nowMs: number,
): EntryResult {
  const written: WrittenRange = {};
  for (const [at, { text, quoted }] of cells.entries()) {
    const field = columns[at];
    const isProse = field === 'note' || field === 'purpose';
    // Quoted prose may be nothing but spaces.
    if (field === 'past' || (isProse && quoted ? text : text.trim()) === '') continue;
    if (field === undefined) {
      const more = at < columns.length ? 'which has no name' : `and there are ${columns.length} columns`;
      return { ok: false, errors: [{ field: '', message: `has a value in column ${at + 1}, ${more}` }] };
    }
    if (isProse) written[field] = noteOf(quoted ? text : text.trim());
    else written[field] = text.trim();
  }
  if (written.start === undefined) return { ok: false, errors: [{ field: 'start', message: 'is missing' }] };
  return readFields(written, nowMs);
}

/** Members beside `ranges` that an answer of the API has; any other could be meant for all ranges of the list. */
const BESIDE = new Set(
  'ranges revision scope enabled mode whenOff requireLogin inheritPlatform inherited total'.split(' '),
);

function listIn(value: unknown): readonly unknown[] | string {
  if (Array.isArray(value)) return value;
  const shape = 'must be a list of ranges, or an object with "ranges"';
  if (typeof value !== 'object' || value === null || !('ranges' in value)) return shape;
  if (!Array.isArray(value.ranges)) return shape;
  if ('next' in value) return 'is one page of a list that goes on: "next" says where';
  const unknown = Object.keys(value).find((name) => !BESIDE.has(name));
  if (unknown !== undefined) return `"${unknown.slice(0, 40)}" is not known beside "ranges"`;
  return value.ranges;
}

function* jsonItems(text: string, nowMs: number): Generator<Item> {
  const refuse = (message: string): Item => ({ ok: false, line: 1, share: 1, text: '', message });
  const read = readJson(text);
  if (!read.ok) {
    const field = read.field === undefined ? '' : `${JSON.stringify(read.field)} `;
    return yield refuse(`is not JSON: ${field}${read.message}`);
  }
  const list = listIn(read.value);
  if (typeof list === 'string') return yield refuse(list);
  for (const [index, entry] of list.entries()) {
    const at = { line: index + 1, share: (index + 1) / list.length, text: shown(entry) };
    yield itemOf(readEntry(entry, nowMs), at);
  }
}

function shown(entry: unknown): string {
  return (JSON.stringify(entry) ?? '').slice(0, SHOWN);
}
