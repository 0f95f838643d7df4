import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FieldError } from '../policy/range.ts';
import { FIELDS } from '../range-list/columns.ts';
import { readEntry } from '../range-list/entry.ts';
import { readRangeList } from '../range-list/list.ts';
import type { MemberError } from './problem.ts';

/** Where an entry stands in what was sent. */
type Place = Pick<MemberError, 'index' | 'line'>;

/** An import's list as it was read; all of it counts, or nothing. */
export interface ImportList {
  readonly entries: readonly unknown[];
  readonly errors: readonly MemberError[];
  /** Every mistake by its place in what was sent, with what the editor finds wrong with the entries. */
  placed(errors: readonly MemberError[]): readonly MemberError[];
}

export type ImportListResult =
  | { readonly ok: true; readonly list: ImportList }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/** Entries read between two looks at the event loop. */
const SLICE = 500;
/** How many mistakes are listed. */
const MAX_ERRORS = 1_000;

/** Reads the list of an import as the command line and the dashboard read a file. */
export async function readImportList(
  { ranges, list }: { readonly ranges?: readonly unknown[]; readonly list?: string },
  nowMs: number,
): Promise<ImportListResult> {
  if (ranges !== undefined && list !== undefined) {
    return { ok: false, errors: [{ field: 'list', message: 'must not be there beside ranges' }] };
  }
  if (ranges !== undefined) return { ok: true, list: await collected(entriesOf(ranges, nowMs)) };
  if (list !== undefined) return { ok: true, list: await collected(itemsOf(list, nowMs)) };
  return { ok: false, errors: [{ field: 'ranges', message: 'is missing' }] };
}

type Found = { readonly place: Place; readonly entry?: unknown; readonly errors?: readonly FieldError[] };

function* entriesOf(ranges: readonly unknown[], nowMs: number): Generator<Found> {
  for (const [index, entry] of ranges.entries()) {
    const place = { index };
    // What has a range's own members only means the same to the editor, which checks every entry.
    const read = isPlain(entry) ? undefined : readEntry(entry, nowMs);
    if (read === undefined) yield { place, entry };
    else yield read.ok ? { place, entry: read.range } : { place, errors: read.errors };
  }
}

const OWN: ReadonlySet<string> = new Set(FIELDS);

function isPlain(entry: unknown): boolean {
  if (typeof entry !== 'object' || entry === null || !('start' in entry) || !('end' in entry)) return false;
  const filled = (end: unknown): boolean => typeof end === 'string' && end !== '';
  return filled(entry.start) && filled(entry.end) && Object.keys(entry).every((name) => OWN.has(name));
}

function* itemsOf(text: string, nowMs: number): Generator<Found> {
  const { unit, items } = readRangeList(text, nowMs);
  for (const item of items) {
    const place = unit === 'line' ? { line: item.line } : { index: item.line - 1 };
    if (item.ok) yield { place, entry: item.range };
    else yield { place, errors: [{ field: '', message: item.message }] };
  }
}

async function collected(found: Iterable<Found>): Promise<ImportList> {
  const entries: unknown[] = [];
  const places: Place[] = [];
  const errors: MemberError[] = [];
  let seen = 0;
  for (const { place, entry, errors: wrong = [] } of found) {
    if (++seen % SLICE === 0) await nextTurn();
    for (const error of wrong) if (errors.length < MAX_ERRORS) errors.push({ ...place, ...error });
    if (entry === undefined) continue;
    entries.push(entry);
    places.push(place);
  }
  const placeOf = ({ index, line }: Place): number => line ?? index ?? 0;
  const placed: ImportList['placed'] = (more) =>
    [...errors, ...more.map(({ index = -1, field, message }) => ({ ...places[index], field, message }))].sort(
      (a, b) => placeOf(a) - placeOf(b),
    );
  return { entries, errors, placed };
}
