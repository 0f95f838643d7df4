import type { Config } from '../../config/index.ts';
import { linkOf } from '../../policy/link.ts';
import { routeOf, type Resource } from '../../policy/resource.ts';
import { compileRoutes } from '../../reading/route.ts';
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
  /** Makes texts without the key of a link, where it is one. */
  hiding(method: string, target: string): (text: string) => string;
}

/** The gateway's own reading of targets, by the routes of a configuration; throws a `RouteError` where they cannot be. */
export function createGuard(settings: GuardSettings, host: string): Guard {
  const table = compileRoutes(settings.routes, settings);
  const read = (method: string, target: string): Resource =>
    readTarget(table, { method, target, host, headers: [], formBody: false });
  return {
    standing: (method, target) => standingOf(read(method, target), settings.otherPaths),
    hiding: (method, target) => hiding(linkOf(read(method, target))?.keys ?? []),
  };
}

function hiding(keys: readonly string[]): (text: string) => string {
  const spelled = keys.flatMap((key) => [key, encodeURIComponent(key)]);
  return (text) => spelled.reduce((left, key) => left.replaceAll(key, ':key'), text);
}

function standingOf(resource: Resource, otherPaths: GuardSettings['otherPaths']): Standing {
  if (resource.kind === 'ambiguous') return { how: 'refused', by: resource.why };
  if (resource.kind !== 'other') return { how: 'guarded', by: routeOf(resource)?.path ?? 'a route' };
  return otherPaths === 'reject' && !resource.open
    ? { how: 'refused', by: 'otherPaths: reject' }
    : { how: 'open' };
}
