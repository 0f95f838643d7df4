import type { PolicyDefaults } from '../policy/policy.ts';
import type { ScopeRecord } from '../changes/change.ts';
import type { ApiAnswer } from './answers.ts';

type Inherited = NonNullable<ApiAnswer<'whitelist'>['inherited']>;
type InForce = ApiAnswer<'whitelists'>['whitelists'][number]['inForce'];

/**
 * What counts for a bot where its own record says nothing, and whether the platform's list is on: an owner has to know
 * what their settings do, and `explain` shows it them in any case. The platform's ranges stay its own.
 */
export function inheritedFrom(scopes: readonly ScopeRecord[], defaults: PolicyDefaults): Inherited {
  const platform = scopes.find((record) => record.scope === 'platform');
  return {
    enabled: platform?.enabled ?? false,
    mode: platform?.mode ?? defaults.mode,
    whenOff: platform?.whenOff ?? 'members',
    requireLogin: platform?.requireLogin ?? defaults.requireLogin,
    inheritPlatform: platform?.inheritPlatform ?? true,
  };
}

/** What counts for a scope now: its own record's settings, else what it inherits. */
export function inForceFor(record: ScopeRecord, above: Inherited): InForce {
  const inherits = record.scope !== 'platform' && (record.inheritPlatform ?? above.inheritPlatform);
  return {
    mode: record.mode ?? above.mode,
    whenOff: record.whenOff ?? above.whenOff,
    requireLogin: record.requireLogin ?? above.requireLogin,
    platformList: inherits && above.enabled,
  };
}
