import { parseRange } from '../../policy/range.ts';
import { parseRangeLine } from '../../policy/range-text.ts';
import { readCsv } from './csv.ts';
import type { CsvRow } from './csv.ts';

/** A range as the admin API takes it, and the line of the file (the entry of JSON) that it stands on. */
export interface Entry {
  readonly line: number;
  readonly range: {
    readonly start: string;
    readonly end: string;
    readonly note?: string;
    readonly expiresAt?: string;
  };
}

export interface BadLine {
  readonly line: number;
  readonly message: string;
}

export interface RangeFile {
  readonly entries: readonly Entry[];
  readonly bad: readonly BadLine[];
  /** What `line` counts. */
  readonly unit: 'line' | 'entry';
}

export type Format = 'csv' | 'json';

const COLUMNS = ['start', 'end', 'note', 'expiresAt'] as const;
const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function checked(line: number, input: unknown, nowMs: number): Entry | BadLine {
  const read = parseRange(input, nowMs);
  if (!read.ok)
    return {
      line,
      message: read.errors.map(({ field, message }) => `${field} ${message}`.trim()).join('; '),
    };
  const { start, end, note, expiresAt } = read.range;
  const range = {
    start,
    end,
    ...(note === undefined ? {} : { note }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
  return { line, range };
}

/** Members that an export adds about a range's past are left out. */
function fromObject(line: number, value: unknown, nowMs: number): Entry | BadLine {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { line, message: 'must be an object with start and end' };
  }
  const past = ['id', 'createdAt', 'createdBy', 'updatedAt', 'updatedBy'];
  const kept = Object.entries(value).filter(([name]) => !past.includes(name));
  return checked(line, Object.fromEntries(kept), nowMs);
}

/** One cell may hold what a person writes for a range: an address, a network, `A - B`. */
function fromRow({ line, cells }: CsvRow, columns: readonly string[], nowMs: number): Entry | BadLine {
  if (cells.length > columns.length)
    return { line, message: `has ${cells.length} columns, not ${columns.length}` };
  const cell = (name: string): string =>
    (cells[columns.findIndex((column) => same(column, name))] ?? '').trim();
  const [start, end, note, expiresAt] = COLUMNS.map(cell);
  const rest = { ...(note === '' ? {} : { note }), ...(expiresAt === '' ? {} : { expiresAt }) };
  if (end !== '') return checked(line, { start, end, ...rest }, nowMs);
  const read = parseRangeLine(start ?? '');
  if (!read.ok) return { line, message: read.message };
  if (read.range === undefined) return { line, message: 'start is missing' };
  return checked(
    line,
    { note: read.range.note, start: read.range.start, end: read.range.end, ...rest },
    nowMs,
  );
}

function* csvEntries(text: string, nowMs: number): Generator<Entry | BadLine> {
  let columns: readonly string[] | undefined;
  for (const row of readCsv(text)) {
    const heading = columns === undefined && row.cells.some((cell) => same(cell.trim(), 'start'));
    columns ??= heading ? row.cells.map((cell) => cell.trim()) : COLUMNS;
    if (!heading) yield fromRow(row, columns, nowMs);
  }
}

function listOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  const inner = typeof value === 'object' && value !== null && 'ranges' in value ? value.ranges : undefined;
  return Array.isArray(inner) ? inner : undefined;
}

function* jsonEntries(text: string, nowMs: number): Generator<Entry | BadLine> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return yield {
      line: 1,
      message: `is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
  const list = listOf(value);
  if (list === undefined)
    return yield { line: 1, message: 'must be a list of ranges, or an object with "ranges"' };
  for (const [index, entry] of list.entries()) yield fromObject(index + 1, entry, nowMs);
}

/** JSON where the text starts as JSON does, CSV otherwise. */
export function formatOf(text: string): Format {
  return /^\s*[[{]/.test(text) ? 'json' : 'csv';
}

/** Reads a file of ranges; every bad line is named, nothing is guessed. */
export function readRangeFile(text: string, format: Format, nowMs: number): RangeFile {
  const plain = text.replace(/^\uFEFF/, '');
  const entries: Entry[] = [];
  const bad: BadLine[] = [];
  for (const made of format === 'json' ? jsonEntries(plain, nowMs) : csvEntries(plain, nowMs)) {
    if ('range' in made) entries.push(made);
    else bad.push(made);
  }
  return { entries, bad, unit: format === 'json' ? 'entry' : 'line' };
}
