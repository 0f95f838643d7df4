import type { Mode, WhenOff } from '../../../../policy/policy.ts';
import type { Outcome, RangeMatch, Reason, Scope } from '../../../../policy/reason.ts';
import type { PolicyDefaults } from '../../../../policy/policy.ts';
import type { Live, RangeRecord, ReplicaStatus } from '../../../../policy-store/store.ts';

export type { Live, Mode, RangeRecord, ReplicaStatus, Scope, WhenOff };

/** Toggle and settings as they are stored; null is inherited. */
export interface Settings {
  readonly enabled: boolean;
  readonly mode: Mode | null;
  readonly whenOff: WhenOff | null;
  readonly requireLogin: boolean | null;
  readonly inheritPlatform: boolean | null;
}

/** What a bot inherits: the platform's toggle, and what counts where the bot's own record is null. */
export interface Inherited {
  readonly enabled: boolean;
  readonly mode: Mode;
  readonly whenOff: WhenOff;
  readonly requireLogin: boolean;
  readonly inheritPlatform: boolean;
}

export interface WhitelistSummary extends Settings {
  readonly scope: Scope;
  /** How many. */
  readonly ranges: number;
}

export interface WhitelistList {
  readonly revision: number;
  readonly whitelists: readonly WhitelistSummary[];
  /** Cursor of the next page; absent on the last one. */
  readonly next?: string;
}

/** One scope with a page of its ranges. */
export interface WhitelistPage extends Settings {
  readonly scope: Scope;
  readonly revision: number;
  readonly ranges: readonly RangeRecord[];
  /** How many ranges the list has, found or not. */
  readonly total: number;
  /** Of a bot's list. */
  readonly inherited?: Inherited;
  readonly next?: string;
}

export type SettingsPatch = Partial<Settings>;

/** A range on its way in. */
export interface RangeInput {
  readonly start: string;
  readonly end: string;
  readonly note?: string;
  readonly expiresAt?: string;
}

export interface Written {
  readonly revision: number;
  readonly live: Live;
}

/** One entry of the change log. A range that was edited is on both sides under one id. */
export interface Change {
  readonly revision: number;
  readonly scope: Scope;
  readonly at: string;
  readonly by: string;
  readonly from?: string;
  /** The revision that it undid. */
  readonly reverts?: number;
  readonly before: Side;
  readonly after: Side;
  readonly addedCount: number;
  readonly removedCount: number;
  /** True where the ranges are left out because they are many. */
  readonly truncated?: boolean;
}

export interface Side {
  readonly settings?: Settings;
  readonly ranges: readonly RangeRecord[];
}

/** What an import did, or would do. */
export interface Imported {
  readonly added: number;
  /** There already. */
  readonly present?: number;
  /** Of a dry run: what cannot be stored. */
  readonly errors?: readonly MemberError[];
}

export interface Hop {
  readonly address: string;
  readonly trusted: boolean;
  readonly source: string;
}

/** Who the gateway takes the person looking for. */
export interface Me {
  readonly principal: { readonly kind: string; readonly subject: string; readonly issuer?: string };
  readonly via: 'bearer' | 'cookie' | 'session' | 'static-token';
  readonly superAdmin: boolean;
  readonly ownedBots: readonly string[];
  readonly expiresAt?: string;
  readonly door: 'public' | 'private';
  readonly remoteIp: string;
  readonly clientIpStatus: 'ipv4' | 'ipv6' | 'unknown';
  readonly clientIp?: string;
  /** Why the client IP is unknown. */
  readonly why?: string;
  readonly hops: readonly Hop[];
  /** What counts where neither the bot's nor the platform's record says. */
  readonly defaults: PolicyDefaults;
}

export interface ExplainQuestion {
  readonly target: string;
  readonly method?: string;
  readonly clientIp?: string;
  /** Instead of `clientIp`: who connects; the headers are read as live. */
  readonly peer?: string;
  readonly token?: string;
  readonly claims?: Record<string, unknown>;
  readonly issuer?: string;
  readonly headers?: Record<string, string>;
}

export interface Explanation {
  readonly decision: {
    readonly outcome: Outcome;
    readonly reason: Reason;
    readonly range?: Readonly<RangeMatch>;
  };
  readonly steps: readonly { readonly step: string; readonly result: string }[];
}

/** An RFC 9457 body, as far as it could be read. */
export interface Problem {
  readonly status: number;
  readonly title: string;
  readonly detail?: string;
  readonly reason?: string;
  readonly requestId?: string;
  readonly errors?: readonly MemberError[];
  /** Where a browser signs in. */
  readonly login?: string;
}

export interface MemberError {
  readonly field: string;
  /** Reads on from the field's name. */
  readonly message: string;
  /** Of an import: the entry, from 0. */
  readonly index?: number;
}
