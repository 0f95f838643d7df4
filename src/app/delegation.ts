import type { StartOptions } from '../config/index.ts';
import { createDelegationWatch, type DelegationDeps, type DelegationWatch } from '../gateway/delegation.ts';
import { createCaller } from '../identity/sessions/call.ts';
import { madeUp } from '../identity/sessions/made-up.ts';
import type { Ruling } from './rules.ts';

const AT_ONCE = 4;
const TIMEOUT_MS = 5_000;

/** Asks the platform, as a stranger, for what it is left to decide about. */
export function createDelegation(
  { upstream }: StartOptions,
  ruling: () => Ruling,
  log: DelegationDeps['log'],
): DelegationWatch {
  const { identity } = ruling().config;
  const { origin, host } = new URL(upstream.url);
  return createDelegationWatch({
    caller: createCaller(origin, AT_ONCE, upstream.ca),
    origin,
    upstreamHost: upstream.host === 'upstream' ? host : undefined,
    timeoutMs: TIMEOUT_MS,
    everyMs: identity.strangerTestSeconds * 1000,
    tokenPlaces: () => ruling().settings.tokenPlaces,
    routes: () => ruling().rules.routes,
    strangers: () => [[], ...ruling().config.identity.sessions.map(({ from }) => madeUp(from))],
    log,
  });
}
