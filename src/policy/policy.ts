import type { Scope } from './reason.ts';
import type { Whitelist } from './whitelist.ts';

export type Mode = 'enforce' | 'report';
export type WhenOff = 'members' | 'anyone';

/** Settings as a scope's record stores them; an absent one is inherited. */
export interface StoredSettings {
  readonly mode?: Mode;
  readonly whenOff?: WhenOff;
  readonly requireLogin?: boolean;
  readonly inheritPlatform?: boolean;
}

/** One scope as the hot path reads it. */
export interface ScopePolicy extends StoredSettings {
  readonly enabled: boolean;
  readonly whitelist: Whitelist;
}

/** All scopes at one revision. Immutable: a change makes a new one. */
export interface Policy {
  readonly revision: number;
  readonly scopes: ReadonlyMap<Scope, ScopePolicy>;
}

/** What decisions may use: a policy, or the knowledge that there is none to trust now. */
export type PolicyView =
  | {
      readonly known: true;
      readonly policy: Policy;
      /** seconds since it was last confirmed, 0 when live */ readonly staleSeconds: number;
    }
  | { readonly known: false; readonly why: 'not-loaded' | 'stale' | 'lineage'; readonly policy?: Policy };

/** Settings where neither the bot's nor the platform's record sets the key. */
export interface PolicyDefaults {
  readonly mode: Mode;
  readonly requireLogin: boolean;
}

export interface Settings {
  readonly mode: Mode;
  readonly whenOff: WhenOff;
  readonly requireLogin: boolean;
  readonly inheritPlatform: boolean;
}

const none: StoredSettings = {};

/**
 * The settings in force for a bot, or for the platform where `bot` is absent.
 *
 * `whenOff: anyone` comes from a stored record only, and an unknown policy enforces: a lost store is a closed one.
 */
export function settingsFor(view: PolicyView, defaults: PolicyDefaults, bot?: string): Settings {
  const platform = view.known ? (view.policy.scopes.get('platform') ?? none) : none;
  const own = view.known && bot !== undefined ? (view.policy.scopes.get(`bot:${bot}`) ?? none) : none;
  return {
    mode: own.mode ?? platform.mode ?? (view.known ? defaults.mode : 'enforce'),
    whenOff: own.whenOff ?? platform.whenOff ?? 'members',
    requireLogin: own.requireLogin ?? platform.requireLogin ?? defaults.requireLogin,
    inheritPlatform: own.inheritPlatform ?? platform.inheritPlatform ?? true,
  };
}
