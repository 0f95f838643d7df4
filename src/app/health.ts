import type { Dependency, HealthSources } from '../ops/health.ts';
import type { LivePolicy } from '../policy-store/live/live-policy.ts';
import type { Store } from '../policy-store/store.ts';
import type { Gateway, UpstreamHealth } from '../gateway/index.ts';
import type { DelegationWatch } from '../gateway/delegation.ts';
import type { Ruling } from './rules.ts';

export interface HealthParts {
  readonly store: Store;
  readonly live: LivePolicy;
  readonly ruling: () => Ruling;
  readonly delegation: Pick<DelegationWatch, 'standings'>;
  readonly current: { readonly draining: boolean; readonly gateway?: Pick<Gateway, 'stats'> };
}

/** Asks the rooms how they are. */
export function healthOf({ store, live, ruling, delegation, current }: HealthParts): HealthSources {
  const keys = (): readonly Dependency[] =>
    ruling()
      .verifier.status()
      .map(({ issuer, source, state, detail }) => ({
        name: `keys of ${issuer}`,
        state: state === 'stale' ? 'degraded' : state,
        detail: `${source}: ${detail}`,
      }));
  return {
    isDraining: () => current.draining,
    canDecide: () =>
      live.view(Date.now()).known || keys().some(({ state }) => state === 'up' || state === 'degraded'),
    dependencies: () => [
      policyState(live),
      { name: 'store', ...store.status() },
      ...keys(),
      ...sessionStates(ruling()),
      ...delegated(delegation),
      upstreamState(current.gateway?.stats().upstream),
    ],
  };
}

function sessionStates({ sessions }: Ruling): Dependency[] {
  return sessions.status().map(({ name, ...state }) => ({ ...state, name: `sessions of ${name}` }));
}

function delegated({ standings }: HealthParts['delegation']): Dependency[] {
  const details = {
    proven: 'the platform refuses strangers',
    open: 'the platform shows it to strangers: it is shut for sessions',
    unknown: 'it was not seen that the platform refuses strangers: it is shut for sessions',
  };
  return standings().map(({ route, state }) => ({
    name: `platform at ${route}`,
    state: state === 'proven' ? 'up' : 'degraded',
    detail: details[state],
  }));
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

/** As the last request saw it: the gateway asks nothing of the platform on its own account. */
function upstreamState(health: UpstreamHealth | undefined): Dependency {
  const name = 'upstream';
  if (health === undefined || (health.answeredMs === 0 && health.failedMs === 0))
    return { name, state: 'up', detail: 'no request has been sent to it yet' };
  const secondsSince = (ms: number): number => Math.round((performance.now() - ms) / 1000);
  if (health.failedMs > health.answeredMs)
    return { name, state: 'down', detail: `${secondsSince(health.failedMs)} s ago ${health.failure}` };
  return { name, state: 'up', detail: `it answered ${secondsSince(health.answeredMs)} s ago` };
}
