import type { Dependency, HealthSources } from '../ops/health.ts';
import type { LivePolicy } from '../policy-store/live-policy.ts';
import type { Store } from '../policy-store/store.ts';
import type { Ruling } from './rules.ts';

export interface HealthParts {
  readonly store: Store;
  readonly live: LivePolicy;
  readonly ruling: () => Ruling;
  readonly isDraining: () => boolean;
}

/** Asks the rooms how they are. */
export function healthOf({ store, live, ruling, isDraining }: HealthParts): HealthSources {
  const keys = (): readonly Dependency[] =>
    ruling()
      .verifier.status()
      .map(({ issuer, source, state, detail }) => ({
        name: `keys of ${issuer}`,
        state: state === 'stale' ? 'degraded' : state,
        detail: `${source}: ${detail}`,
      }));
  return {
    isDraining,
    canDecide: () =>
      live.view(Date.now()).known || keys().some(({ state }) => state === 'up' || state === 'degraded'),
    dependencies: () => [policyState(live), { name: 'store', ...store.status() }, ...keys()],
  };
}

function policyState(live: LivePolicy): Dependency {
  const { state, detail, unreadable, lastAlarm } = live.status();
  const broken = unreadable.map(({ scope, why }) => `${scope} cannot be read: ${why}`);
  const alarm =
    lastAlarm === undefined ? [] : [`the history was not the one that was followed: ${lastAlarm}`];
  return {
    name: 'policy',
    state: state === 'stale' || (state === 'up' && broken.length > 0) ? 'degraded' : state,
    detail: [detail, ...broken, ...alarm].join('; '),
  };
}
