import { expiryMistake, readInstant } from '../policy/expiry.ts';
import type { FieldError } from '../policy/range.ts';
import type { Revocation } from '../policy/revocation.ts';
import type { RevocationLists } from './change.ts';

/** What is to be taken back, read. */
export type Wanted = Omit<Revocation, 'id' | 'createdAt' | 'createdBy'>;

export interface RevokeRules {
  /** Configured names of issuers and kinds of session. */
  readonly issuers: readonly string[];
  /** How long a revocation counts that does not say: at least as long as the longest token lives. */
  readonly keepSeconds: number;
}

export type ReadWanted =
  | { readonly ok: true; readonly wanted: Wanted }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/** Revocations that are kept; each is looked for at every decision, and held by every gateway. */
export const MOST_REVOCATIONS = 50_000;
/** Those whose time is over leave with the next change, so many at a time. */
const SWEPT = 200;
const MAX_TEXT = 1024;
const MAX_NOTE = 200;
const NAMES = ['issuer', 'subject', 'sid', 'jti', 'issuedBefore', 'expiresAt', 'note'] as const;
type Name = (typeof NAMES)[number];

function textMistake(name: Name, value: string): string | undefined {
  if (value === '') return 'is empty';
  const most = name === 'note' ? MAX_NOTE : MAX_TEXT;
  if (value.length > most) return `must have at most ${String(most)} characters`;
  return /[\p{Cc}\p{Cs}]/u.test(value) ? 'must be one line without control characters' : undefined;
}

/** The texts of an input, and what is wrong with it. */
function readTexts(input: object, errors: FieldError[]): ReadonlyMap<Name, string> {
  const texts = new Map<Name, string>();
  for (const [field, value] of Object.entries(input)) {
    const name = NAMES.find((one) => one === field);
    if (name === undefined) errors.push({ field, message: 'is not a member of a revocation' });
    else if (typeof value === 'string') {
      const message = textMistake(name, value);
      if (message === undefined) texts.set(name, value);
      else errors.push({ field, message });
    } else if (value !== null && value !== undefined) errors.push({ field, message: 'must be a text' });
  }
  return texts;
}

/** Reads what is to be taken back. Of a person everything that was issued before now, where it does not say. */
export function readWanted(input: unknown, nowMs: number, rules: RevokeRules): ReadWanted {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return { ok: false, errors: [{ field: '', message: 'must be an object' }] };
  const errors: FieldError[] = [];
  const texts = readTexts(input, errors);
  const issuer = texts.get('issuer') ?? '';
  if (!rules.issuers.includes(issuer) && !errors.some(({ field }) => field === 'issuer'))
    errors.push({
      field: 'issuer',
      message: `must be one of ${rules.issuers.join(', ') || 'none: none is configured'}`,
    });
  const [subject, sid, jti] = [texts.get('subject'), texts.get('sid'), texts.get('jti')];
  const until = texts.get('expiresAt');
  const untilMistake = expiryMistake(until, nowMs);
  if (untilMistake !== undefined) errors.push({ field: 'expiresAt', message: untilMistake });
  const before = texts.get('issuedBefore');
  if (before !== undefined && readInstant(before) === undefined)
    errors.push({ field: 'issuedBefore', message: 'must be a time with its offset (RFC 3339)' });
  if ([subject, sid, jti, before].every((one) => one === undefined) && errors.length === 0)
    errors.push({ field: 'subject', message: 'must be given, or sid, jti or issuedBefore' });
  if (errors.length > 0) return { ok: false, errors };
  const text = (ms: number): string => new Date(ms).toISOString();
  const issuedBeforeMs = before === undefined ? undefined : readInstant(before);
  const beforeMs = issuedBeforeMs ?? (subject !== undefined && jti === undefined ? nowMs : undefined);
  const note = texts.get('note');
  const wanted = {
    issuer,
    ...(subject !== undefined && { subject }),
    ...(sid !== undefined && { sid }),
    ...(jti !== undefined && { jti }),
    ...(beforeMs !== undefined && { issuedBefore: text(beforeMs) }),
    expiresAt: text(readInstant(until) ?? nowMs + rules.keepSeconds * 1000),
    ...(note !== undefined && { note }),
  };
  return { ok: true, wanted };
}

const sameTarget = (a: Wanted, b: Wanted): boolean =>
  a.issuer === b.issuer && a.subject === b.subject && a.sid === b.sid && a.jti === b.jti;

/** RFC 3339 in UTC, all written alike: compared as texts. No time at all is the farthest. */
const reaches = (a: Wanted, b: Wanted): boolean =>
  (a.issuedBefore === undefined || (b.issuedBefore !== undefined && a.issuedBefore >= b.issuedBefore)) &&
  a.expiresAt >= b.expiresAt;

export type RevokePlan =
  | { readonly kind: 'there'; readonly revocation: Revocation }
  | { readonly kind: 'full' }
  | { readonly kind: 'change'; readonly lists: RevocationLists };

/** What taking something back does to what there is: what it covers, and what has run out, goes. */
export function planRevoke(entries: readonly Revocation[], revocation: Revocation, at: string): RevokePlan {
  const there = entries.find((one) => sameTarget(one, revocation) && reaches(one, revocation));
  if (there !== undefined) return { kind: 'there', revocation: there };
  const covered = entries.filter((one) => sameTarget(one, revocation) && reaches(revocation, one));
  const removed = [...new Set([...covered, ...sweepable(entries, at)])];
  if (entries.length - removed.length >= MOST_REVOCATIONS) return { kind: 'full' };
  return { kind: 'change', lists: { removed, added: [revocation] } };
}

/** What lifting one does; undefined where it is not there. */
export function planLift(
  entries: readonly Revocation[],
  id: string,
  at: string,
): RevocationLists | undefined {
  const lifted = entries.find((one) => one.id === id);
  if (lifted === undefined) return undefined;
  return { removed: [lifted, ...sweepable(entries, at).filter((one) => one !== lifted)], added: [] };
}

function sweepable(entries: readonly Revocation[], at: string): readonly Revocation[] {
  return entries.filter(({ expiresAt }) => expiresAt <= at).slice(0, SWEPT);
}
