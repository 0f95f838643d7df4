import { parseRange } from '../policy/range.ts';
import type { FieldError, ParsedRange } from '../policy/range.ts';
import { refused } from './plan.ts';
import type { Current, Edit, Plan, Preview, EditRefused } from './plan.ts';
import { isAlike, newRecord, updatedRecord } from './range-edits.ts';
import type { Stamp } from './range-edits.ts';
import { inSteps } from './steps.ts';
import type { Steps } from './steps.ts';
import type { Change, RangeRecord } from './change.ts';

/** A mistake in an import; `index` counts its entries from 0. */
export interface ImportError extends FieldError {
  readonly index: number;
}

export interface ImportRequest {
  readonly entries: readonly unknown[];
  /** True: afterwards the list is exactly the import. */
  readonly replace: boolean;
}

/** Entries that were read; each pair of ends is there once. */
interface Read {
  readonly ranges: ReadonlyMap<string, ParsedRange>;
  readonly errors: readonly ImportError[];
}

/** How many mistakes are kept; the rest is only counted by the reader of the list. */
const MAX_ERRORS = 1_000;

const keyOf = (range: { readonly start: string; readonly end: string }): string =>
  `${range.start}-${range.end}`;

/** Reads every entry, and says of each bad one what is wrong with it. */
export function* readImport(entries: readonly unknown[], nowMs: number): Steps<Read> {
  const ranges = new Map<string, ParsedRange>();
  const errors: ImportError[] = [];
  yield* inSteps(entries, (entry, index) => {
    const refuse = (error: FieldError): void => {
      if (errors.length < MAX_ERRORS) errors.push({ index, ...error });
    };
    const parsed = parseRange(entry, nowMs);
    if (!parsed.ok) return parsed.errors.forEach(refuse);
    const earlier = ranges.get(keyOf(parsed.range));
    if (earlier === undefined) ranges.set(keyOf(parsed.range), parsed.range);
    else if (!isAlike({ ...earlier, id: '', createdAt: '', createdBy: '' }, parsed.range)) {
      refuse({ field: 'start', message: 'is in the import twice, with another note, purpose or expiry' });
    }
  });
  return { ranges, errors };
}

/** Compares an import with the list as it is. */
export function* compareImport(
  read: Read,
  current: Current,
  request: ImportRequest,
  stamp: Stamp,
): Steps<Preview> {
  const missing = new Map(read.ranges);
  const removed: RangeRecord[] = [];
  const updated: RangeRecord[] = [];
  const present: RangeRecord[] = [];
  yield* inSteps(current.ranges, (range) => {
    const wanted = missing.get(keyOf(range));
    missing.delete(keyOf(range));
    if (wanted === undefined) {
      if (request.replace) removed.push(range);
    } else if (request.replace && !isAlike(range, wanted)) updated.push(updatedRecord(range, wanted, stamp));
    else present.push(range);
  });
  const added: RangeRecord[] = [];
  yield* inSteps([...missing.values()], (range) => void added.push(newRecord(range, stamp)));
  return { revision: current.revision, added, removed, updated, present };
}

/** The import as one edit: all of it, or nothing. */
export function importRanges(
  read: Read,
  request: ImportRequest,
  stamp: Stamp,
  report: (preview: Preview) => void,
): Edit {
  return {
    *plan(current): Steps<Plan | EditRefused> {
      if (read.errors.length > 0) return badImport(read.errors);
      const preview = yield* compareImport(read, current, request, stamp);
      report(preview);
      const ids = new Set(preview.updated.map((range) => range.id));
      const outdated = current.ranges.filter((range) => ids.has(range.id));
      return {
        ok: true,
        removed: [...preview.removed, ...outdated],
        added: [...preview.added, ...preview.updated],
      };
    },
    isSame: (change) => read.errors.length === 0 && couldBe(change, read.ranges.size, request.replace),
  };
}

/** An import's log entry may have its lists cut off, so only what is always there is compared. */
function couldBe(change: Change, entries: number, replace: boolean): boolean {
  return (
    change.settings === undefined && change.addedCount <= entries && (replace || change.removedCount === 0)
  );
}

function badImport(errors: readonly ImportError[]): EditRefused {
  const lines = new Set(errors.map((error) => error.index)).size;
  const detail = `${lines} of the entries cannot be stored, so none was.`;
  return refused({ code: 'invalid', detail, errors });
}
