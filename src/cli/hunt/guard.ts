import type { Config } from '../../config/index.ts';
import { routeOf } from '../../policy/resource.ts';
import { compileRoutes, type RouteTable } from '../../reading/route.ts';
import { readTarget } from '../../reading/target.ts';

/** What of the configuration says which targets are guarded. */
export type GuardSettings = Pick<Config, 'routes' | 'otherPaths' | 'botIdCase' | 'frontController'>;

/** What the gateway makes of a request before it asks who sends it. */
export interface Standing {
  /** `open`: it is passed on to anybody. `refused`: to nobody. */
  readonly how: 'guarded' | 'refused' | 'open';
  /** Path of the route that guards it; why it is refused. */
  readonly by?: string;
}

export interface Guard {
  standing(method: string, target: string): Standing;
}

/** The gateway's own reading of targets, by the routes of a configuration; throws a `RouteError` where they cannot be. */
export function createGuard(settings: GuardSettings, host: string): Guard {
  const table = compileRoutes(settings.routes, settings);
  return { standing: (method, target) => standingOf(table, settings.otherPaths, { method, target, host }) };
}

function standingOf(
  table: RouteTable,
  otherPaths: GuardSettings['otherPaths'],
  { method, target, host }: { method: string; target: string; host: string },
): Standing {
  const resource = readTarget(table, { method, target, host, headers: [], formBody: false });
  if (resource.kind === 'ambiguous') return { how: 'refused', by: resource.why };
  if (resource.kind !== 'other') return { how: 'guarded', by: routeOf(resource)?.path ?? 'a route' };
  return otherPaths === 'reject' && !resource.open
    ? { how: 'refused', by: 'otherPaths: reject' }
    : { how: 'open' };
}
