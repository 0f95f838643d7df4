import { parseRangeLine } from '../../../../policy/range-text.ts';
import { parseRange } from '../../../../policy/range.ts';
import type { FieldError, ParsedRange } from '../../../../policy/range.ts';
import type { RangeInput } from '../api/types.ts';
import { csvCells, separatorOf } from './csv.ts';

export interface ReadRange extends Pick<ParsedRange, 'start' | 'end' | 'note' | 'expiresAt'> {
  /** Counts from 1; in JSON the entry's place. */
  readonly line: number;
}

export interface BadLine {
  readonly line: number;
  readonly text: string;
  readonly message: string;
}

export interface ReadList {
  readonly ranges: readonly ReadRange[];
  readonly bad: readonly BadLine[];
  /** What `line` counts. */
  readonly unit: 'line' | 'entry';
}

type Entry = { readonly range?: Omit<ReadRange, 'line'> } | { readonly message: string };

const sliceMs = 12;

/**
 * Reads a list of any of the forms that are understood: JSON as the export writes it, CSV with a heading, or
 * lines as people write ranges. In slices, so that a long one does not freeze the page.
 */
export async function readList(
  text: string,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<ReadList> {
  const source = openSource(text);
  if ('message' in source)
    return { ranges: [], bad: [{ line: 1, text: '', message: source.message }], unit: 'line' };
  const ranges: ReadRange[] = [];
  const bad: BadLine[] = [];
  let slice = performance.now();
  for (let index = 0; index < source.count; index += 1) {
    const entry = source.at(index);
    const line = index + source.first;
    if ('message' in entry) bad.push({ line, text: source.textAt(index), message: entry.message });
    else if (entry.range !== undefined) ranges.push({ ...entry.range, line });
    if (performance.now() - slice < sliceMs) continue;
    onProgress(index / source.count);
    await new Promise((resolve) => setTimeout(resolve));
    signal.throwIfAborted();
    slice = performance.now();
  }
  onProgress(1);
  return { ranges, bad, unit: source.unit };
}

interface Source {
  readonly count: number;
  readonly first: number;
  readonly unit: 'line' | 'entry';
  readonly at: (index: number) => Entry;
  readonly textAt: (index: number) => string;
}

function openSource(text: string): Source | { readonly message: string } {
  const trimmed = text.replace(/^\uFEFF/, '').trimStart();
  if (trimmed.startsWith('[') || trimmed.startsWith('{')) return openJson(trimmed);
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|[\r\n]/);
  const separator = separatorOf(lines[0] ?? '');
  const columns = csvCells(lines[0] ?? '', separator).map((cell) => cell.trim().toLowerCase());
  const textAt = (offset: number) => (index: number) => (lines[index + offset] ?? '').slice(0, 80);
  if (!columns.includes('start') || !columns.includes('end')) {
    return {
      count: lines.length,
      first: 1,
      unit: 'line',
      at: (index) => readLine(lines[index] ?? ''),
      textAt: textAt(0),
    };
  }
  const at = (index: number): Entry => readRow(columns, lines[index + 1] ?? '', separator);
  return { count: lines.length - 1, first: 2, unit: 'line', at, textAt: textAt(1) };
}

function openJson(text: string): Source | { readonly message: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { message: `is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  const list = Array.isArray(value) ? value : ((value as { ranges?: unknown }).ranges ?? undefined);
  if (!Array.isArray(list)) return { message: 'must be a JSON array of ranges, or an object with "ranges"' };
  const entries: readonly unknown[] = list;
  return {
    count: entries.length,
    first: 1,
    unit: 'entry',
    at: (index) => readObject(entries[index]),
    textAt: (index) => (JSON.stringify(entries[index]) ?? '').slice(0, 80),
  };
}

/** `a`, `a/24`, `a - b`, each with `# note`; and `a,b,note` as spreadsheets write it without a heading. */
function readLine(line: string): Entry {
  if (!line.replace(/#.*/, '').includes(',')) return parseRangeLine(line);
  return readRow(['start', 'end', 'note', 'expiresat'], line);
}

function readRow(columns: readonly string[], line: string, separator = ','): Entry {
  if (line.trim() === '') return {};
  const cells = csvCells(line, separator);
  if (cells.length > columns.length) return { message: `has ${cells.length} columns, not ${columns.length}` };
  const cell = (name: string): string => (cells[columns.indexOf(name)] ?? '').trim();
  const start = cell('start');
  const expiresAt = cell('expiresat');
  const end = cell('end') === '' ? start : cell('end');
  return readObject({ start, end, note: cell('note'), ...(expiresAt === '' ? {} : { expiresAt }) });
}

const known = ['start', 'end', 'note', 'expiresAt'] as const;

/** What an export adds about a range's past (id, who, when) is not a mistake; it is left out. */
function readObject(value: unknown): Entry {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { message: 'must be an object with start and end' };
  }
  const fields = new Map(Object.entries(value));
  const picked = Object.fromEntries(
    known.filter((key) => fields.has(key)).map((key) => [key, fields.get(key)]),
  );
  const result = parseRange(picked, Date.now());
  return result.ok ? { range: bare(result.range) } : { message: result.errors.map(sentence).join('; ') };
}

function sentence({ field, message }: FieldError): string {
  return field === '' ? message : `${field} ${message}`;
}

/** As it goes to the gateway: its own members and nothing else. */
export function bare({ start, end, note, expiresAt }: RangeInput): RangeInput {
  return {
    start,
    end,
    ...(note === undefined ? {} : { note }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}
