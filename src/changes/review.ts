import { expiryMistake, readInstant } from '../policy/expiry.ts';
import { noteMistake, type FieldError } from '../policy/range.ts';
import { refused } from './plan.ts';
import type { Current, Edit, EditRefused, Plan } from './plan.ts';
import { noSuchRange, type Stamp } from './range-edits.ts';
import type { Change, RangeRecord } from './change.ts';

/** What became of ranges that somebody looked at. */
export interface ReviewRequest {
  readonly ids: readonly string[];
  readonly action: 'keep' | 'shorten' | 'remove';
  readonly reason: string;
  /** With `shorten`, and only there: RFC 3339 with an offset. */
  readonly expiresAt?: string | undefined;
}

/**
 * Keeps, shortens or removes ranges, all of them or none. What stays says who looked at it and when; the change says
 * why.
 */
export function reviewRanges(wanted: ReviewRequest, nowMs: number, stamp: Stamp): Edit {
  const ids = new Set(wanted.ids);
  const reason = wanted.reason.trim();
  return {
    plan(current) {
      const errors = mistakesOf({ ...wanted, reason }, nowMs);
      if (errors.length > 0) return invalid(errors);
      const removed = current.ranges.filter((range) => ids.has(range.id));
      const known = new Set(removed.map(({ id }) => id));
      const missing = [...ids].find((id) => !known.has(id));
      if (missing !== undefined) return noSuchRange(missing);
      return planned(wanted, removed, reason, stamp);
    },
    isSame: (change) => change.reason === reason && isOf(change, ids),
  };
}

function planned(
  { action, expiresAt }: ReviewRequest,
  removed: Current['ranges'],
  reason: string,
  stamp: Stamp,
): Plan | EditRefused {
  if (action === 'remove') return { ok: true, removed, added: [], reason };
  const reviewed = { reviewedAt: stamp.at, reviewedBy: stamp.by };
  if (action === 'keep')
    return { ok: true, removed, added: removed.map((range) => ({ ...range, ...reviewed })), reason };
  const until = new Date(readInstant(expiresAt) ?? 0).toISOString();
  const longer = removed.find((range) => range.expiresAt !== undefined && range.expiresAt <= until);
  if (longer !== undefined) {
    const message = `is not before the expiry of ${longer.start} - ${longer.end} (${longer.id})`;
    return invalid([{ field: 'expiresAt', message }]);
  }
  const added = removed.map((range): RangeRecord => ({ ...range, expiresAt: until, ...reviewed }));
  return { ok: true, removed, added, reason };
}

function mistakesOf({ ids, action, reason, expiresAt }: ReviewRequest, nowMs: number): readonly FieldError[] {
  const errors: FieldError[] = [];
  const refuse = (field: string, message: string | undefined): void => {
    if (message !== undefined) errors.push({ field, message });
  };
  if (ids.length === 0) refuse('ids', 'names no range');
  refuse('reason', reason === '' ? 'is missing' : noteMistake(reason));
  if (action !== 'shorten') refuse('expiresAt', expiresAt && 'is for shorten only');
  else refuse('expiresAt', expiresAt === undefined ? 'is missing' : expiryMistake(expiresAt, nowMs));
  return errors;
}

function invalid(errors: readonly FieldError[]): EditRefused {
  return refused({ code: 'invalid', detail: 'This is not a review that can be stored.', errors });
}

function isOf({ removed }: Change, ids: ReadonlySet<string>): boolean {
  return removed.length === ids.size && removed.every(({ id }) => ids.has(id));
}
