import type { Steps } from './steps.ts';
import type { FieldError } from '../policy/range.ts';
import type { Change, Live, RangeRecord, ScopeDetail, SettingsState } from './change.ts';

/** Why a change was not made. Nothing was written, but for `unknown`. */
export type EditRefusal =
  | { readonly code: 'not-found'; readonly detail: string }
  | { readonly code: 'conflict'; readonly detail: string; readonly errors?: readonly FieldError[] }
  | { readonly code: 'precondition-failed'; readonly detail: string }
  | { readonly code: 'invalid'; readonly detail: string; readonly errors: readonly FieldError[] }
  | { readonly code: 'unavailable'; readonly detail: string }
  /** The store's answer was lost: it may have been written. */
  | { readonly code: 'unknown'; readonly detail: string };

export type EditRefused = { readonly ok: false; readonly refusal: EditRefusal };

/** What an edit would do to one scope; without any of the three it does nothing. */
export interface Plan {
  readonly ok: true;
  readonly removed: readonly RangeRecord[];
  readonly added: readonly RangeRecord[];
  readonly settings?: { readonly before: SettingsState; readonly after: SettingsState };
  readonly reverts?: number;
  /** Why, where a reason was asked for. */
  readonly reason?: string;
  readonly confirms?: number;
  /** The range that is already as it was asked to be. */
  readonly unchanged?: RangeRecord;
}

/** What an import would do. */
export interface Preview {
  readonly revision: number;
  readonly added: readonly RangeRecord[];
  /** With `replace` only: what is not in the import. */
  readonly removed: readonly RangeRecord[];
  /** With `replace` only: the same ends with another note or expiry. */
  readonly updated: readonly RangeRecord[];
  /** There already, and left as they are. */
  readonly present: readonly RangeRecord[];
}

/** A scope as it was read, and the policy's revision then. */
export type Current = ScopeDetail & { readonly revision: number };

/** What an edit would do to a scope as it is. */
export interface Planned {
  readonly ok: true;
  readonly current: Current;
  readonly plan: Plan;
}

/** One edit: planned again for each reading of its scope until the store takes it. */
export interface Edit {
  plan(current: Current): Plan | EditRefused | Steps<Plan | EditRefused>;
  /** True where an earlier change could be this very edit, asked for before under the same key. */
  isSame(change: Change): boolean;
  /** The revision of the change on trial that it ends; only such an edit is made while there is one. */
  readonly settles?: number;
}

/** Who asks for a change, and under which conditions. */
export interface ChangeRequest {
  /** Subject and issuer, or the static token's name. */
  readonly by: string;
  /** The admin's client IP, where known. */
  readonly from?: string;
  /** Revisions of which one must still hold for the scope; `any` holds always. */
  readonly ifMatch?: readonly number[] | 'any';
  /** Repeating an edit under the same key does it once. */
  readonly idempotencyKey?: string;
  /** RFC 3339, UTC: the change is taken back then, unless it is confirmed. */
  readonly trialUntil?: string;
}

export interface EditDone {
  readonly ok: true;
  readonly revision: number;
  readonly live: Live;
  /** How many copies of the store had it at the answer, where the store has copies. */
  readonly acknowledged?: number;
  /** Absent where there was nothing to change. */
  readonly change?: Change;
  readonly repeated: boolean;
  /** The scope's settings and number of ranges from now on. */
  readonly settings: SettingsState;
  readonly ranges: number;
  /** The one range that was asked for, as it is stored now or was until now. */
  readonly range?: RangeRecord;
  /** What an import did; absent where it was a repeat. */
  readonly preview?: Preview;
}

export type EditResult = EditDone | EditRefused;

export function refused(refusal: EditRefusal): EditRefused {
  return { ok: false, refusal };
}

/** The keys of stored settings, in the order in which they are shown. */
export const SETTING_KEYS = ['mode', 'whenOff', 'requireLogin', 'inheritPlatform'] as const;
