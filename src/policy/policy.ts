import type { Revocations } from './revocation.ts';
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
  /** Tokens and sessions that were revoked. `unknown`: a record of it cannot be read. */
  readonly revocations: Revocations | 'unknown';
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
 * `whenOff: anyone` comes from a stored record of a policy that is known only: a lost store is a closed one.
 */
export function settingsFor(view: PolicyView, defaults: PolicyDefaults, bot?: string): Settings {
  const kept = stored(view, bot);
  const keptPlatform = stored(view, undefined);
  const [own, platform] = view.known ? [kept ?? none, keptPlatform ?? none] : [none, none];
  return {
    mode: modeOf(view, defaults, kept, keptPlatform),
    whenOff: own.whenOff ?? platform.whenOff ?? 'members',
    requireLogin: own.requireLogin ?? platform.requireLogin ?? defaults.requireLogin,
    inheritPlatform: own.inheritPlatform ?? platform.inheritPlatform ?? true,
  };
}

/**
 * The mode in force for a bot, or for whatever has no record of its own.
 *
 * A policy that is too old to grant by still says what was enforced: who only reports goes on reporting while the
 * store is away, and who enforces is not opened by its absence. Before the first policy is there, any bot could
 * have a record that enforces, whatever the defaults say: then all of them count as such.
 */
function modeOf(
  { policy }: PolicyView,
  defaults: PolicyDefaults,
  own: StoredSettings | undefined,
  platform: StoredSettings | undefined,
): Mode {
  if (policy === undefined) return 'enforce';
  return own?.mode ?? platform?.mode ?? defaults.mode;
}

/** The record of a bot, or of the platform, in the policy that is there, however old. */
function stored({ policy }: PolicyView, bot: string | undefined): StoredSettings | undefined {
  return policy?.scopes.get(bot === undefined ? 'platform' : `bot:${bot}`);
}

/**
 * The mode for what names no single bot: the strictest of the bots that it could name, or of any scope at all where
 * that cannot be told. What is refused for one bot must not pass as what could be another's.
 */
export function strictestMode(
  view: PolicyView,
  defaults: PolicyDefaults,
  bots: readonly string[] = [],
): Mode {
  const platform = stored(view, undefined);
  const enforces = (bot: string): boolean =>
    modeOf(view, defaults, stored(view, bot), platform) === 'enforce';
  if (bots.length > 0) return bots.some(enforces) ? 'enforce' : 'report';
  if (modeOf(view, defaults, undefined, platform) === 'enforce') return 'enforce';
  return view.policy !== undefined && someEnforces(view.policy) ? 'enforce' : 'report';
}

/** True where one bot's visits may be reported only while another's are enforced: whose it is decides then. */
export function modesDiffer(view: PolicyView, defaults: PolicyDefaults): boolean {
  const { policy } = view;
  if (policy === undefined || strictestMode(view, defaults) === 'report') return false;
  return (
    modeOf(view, defaults, undefined, stored(view, undefined)) === 'report' || modesOf(policy).has('report')
  );
}

const someEnforces = (policy: Policy): boolean => modesOf(policy).has('enforce');

/** A policy never changes, so that each is looked through once, however many targets name no bot. */
const modes = new WeakMap<Policy, ReadonlySet<Mode | undefined>>();

function modesOf(policy: Policy): ReadonlySet<Mode | undefined> {
  const known = modes.get(policy);
  if (known !== undefined) return known;
  const found = new Set([...policy.scopes.values()].map(({ mode }) => mode));
  modes.set(policy, found);
  return found;
}
