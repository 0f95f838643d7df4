import type { StoredSettings } from '../policy/policy.ts';
import type { Revocation } from '../policy/revocation.ts';
import type { Scope } from '../policy/reason.ts';

/** A range as admins see it. Times are RFC 3339 in UTC. */
export interface RangeRecord {
  readonly id: string;
  /** Canonical dotted quads, both inclusive. */
  readonly start: string;
  readonly end: string;
  readonly note?: string;
  readonly purpose?: string;
  readonly expiresAt?: string;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly updatedAt?: string;
  readonly updatedBy?: string;
}

/** A scope's stored record without its ranges. */
export interface ScopeRecord extends StoredSettings {
  readonly scope: Scope;
  readonly enabled: boolean;
  /** Revision of its last change; 0 where it was never stored. */
  readonly revision: number;
  /** How many ranges it has. */
  readonly ranges: number;
}

/** Where in the history a policy stands: a fork shows as another changeId at the same revision. */
export interface Position {
  readonly revision: number;
  readonly changeId: string;
}

/** What a change did to one scope's toggle and settings; an absent key was or is inherited. */
export type SettingsState = StoredSettings & { readonly enabled: boolean };

/** Whose record a change is of: a whitelist's scope, or what was taken back, which is one record for the whole site. */
export type ChangeScope = Scope | 'revocations';

/** What a change does to revocations; one that is edited is in both lists. */
export interface RevocationLists {
  readonly removed: readonly Revocation[];
  readonly added: readonly Revocation[];
}

/** One entry of the change log: the truth, of which everything else is a cache. */
export interface Change extends Position {
  /** The change before this one; names the lineage. Empty for the first. */
  readonly previousId: string;
  readonly scope: ChangeScope;
  /** RFC 3339, UTC. */
  readonly at: string;
  /** Subject (and issuer) of the admin, or the static token's name. */
  readonly by: string;
  /** The admin's client IP, where known. */
  readonly from?: string;
  readonly settings?: { readonly before: SettingsState; readonly after: SettingsState };
  /** Ranges that went; one that was edited is in both lists under one id. */
  readonly removed: readonly RangeRecord[];
  readonly added: readonly RangeRecord[];
  /** With scope `revocations`, and only there. */
  readonly revocations?: RevocationLists;
  /** The revision that this change undoes. */
  readonly reverts?: number;
  /** True where the range lists are left out because they are long: `change(revision)` has them. */
  readonly truncated?: boolean;
  readonly removedCount: number;
  readonly addedCount: number;
  /** SHA-256 of the range lists, in hex; they are forgotten sooner than it. Absent where there are none. */
  readonly listsHash?: string;
}

/** A change on its way in. The store gives it revision, changeId and previousId in one atomic step. */
export interface Draft {
  readonly scope: ChangeScope;
  /** The scope's revision that this was made for; the store refuses it where the scope has moved on. */
  readonly expected: number;
  readonly at: string;
  readonly by: string;
  readonly from?: string;
  readonly settings?: { readonly before: SettingsState; readonly after: SettingsState };
  readonly removed: readonly RangeRecord[];
  readonly added: readonly RangeRecord[];
  readonly revocations?: RevocationLists;
  readonly reverts?: number;
  /** Repeating a change with the same key returns the first one's receipt. */
  readonly idempotencyKey?: string;
}

/** On how many replicas a change is served: of `of` known ones, `replicas` said so within `ms`. */
export interface Live {
  readonly replicas: number;
  readonly of: number;
  readonly ms: number;
}

/** A scope with everything an admin may see of it. */
export interface ScopeDetail {
  readonly record: ScopeRecord;
  /** Sorted by start, then end. */
  readonly ranges: readonly RangeRecord[];
}

/** Everything that was taken back. */
export interface RevocationRecord {
  /** Revision of its last change; 0 where there never was one. */
  readonly revision: number;
  readonly entries: readonly Revocation[];
}
