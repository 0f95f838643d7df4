import { randomBytes } from 'node:crypto';
import type { ReloadSettings, StartOptions } from '../config/index.ts';
import { createDelegationWatch, type DelegationDeps, type DelegationWatch } from '../gateway/delegation.ts';
import { createCaller } from '../identity/sessions/call.ts';
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

type From = ReloadSettings['identity']['sessions'][number]['from'];

/** A credential that nobody has, as a stranger would make one up. */
function madeUp(from: From): string[] {
  const value = (): string => randomBytes(16).toString('hex');
  const cookies = from.flatMap((place) =>
    place.startsWith('cookie:') ? [`${place.slice('cookie:'.length).replace(/\*$/, 'x')}=${value()}`] : [],
  );
  const headers = from.flatMap((place) => {
    if (place.startsWith('cookie:')) return [];
    if (place === 'bearer') return ['authorization', `Bearer ${value()}`];
    const [name = '', scheme] = place.slice('header:'.length).split(' ');
    return [name.toLowerCase(), scheme === undefined ? value() : `${scheme} ${value()}`];
  });
  return cookies.length === 0 ? headers : [...headers, 'cookie', cookies.join('; ')];
}
