import type { RouteOptions } from '../../reading/route.ts';
import { createGuard, type GuardSettings } from './guard.ts';
import { readLink, type Link } from './link.ts';
import type { LinkNames } from './names.ts';
import { before, routeCandidates } from './route-candidates.ts';
import { PROGRAMS, type Spelling } from './spellings.ts';

/** What would guard what is open. */
export interface Missing {
  readonly routes: readonly RouteOptions[];
  /** A program's name, where that is what is missing. */
  readonly frontController?: string;
  /** What no route can name without guarding what it must not. */
  readonly unnamed: readonly Spelling[];
}

/**
 * The fewest routes, by the order of what is open, that guard it all; each was tried by the gateway's own reading.
 */
export function missingRoutes(
  settings: GuardSettings,
  link: Link,
  known: LinkNames,
  open: readonly Spelling[],
  host: string,
): Missing {
  const routes: RouteOptions[] = [];
  const unnamed: Spelling[] = [];
  const group = prefixGroup(link, known, open);
  let { frontController } = settings;
  const isOpen = (
    { method, target }: Spelling,
    more: readonly RouteOptions[],
    program = frontController,
  ): boolean => {
    const tried = { ...settings, routes: [...settings.routes, ...more], frontController: program };
    return createGuard(tried as GuardSettings, host).standing(method, target).how === 'open';
  };
  const closes = (one: Spelling, route: RouteOptions): boolean => {
    try {
      return !isOpen(one, [...routes, route]);
    } catch {
      return false;
    }
  };
  for (const one of open) {
    if (!isOpen(one, routes)) continue;
    const program = PROGRAMS.find(
      (name) => one.target.toLowerCase().includes(name) && !isOpen(one, routes, name),
    );
    const route = routeCandidates(one, link, known, group).find((candidate) => closes(one, candidate));
    if (program !== undefined) frontController = program;
    else if (route !== undefined) routes.push(route);
    else unnamed.push(one);
  }
  const made: Missing = { routes, unnamed };
  if (frontController === null || frontController === settings.frontController) return made;
  return { ...made, frontController };
}

/** `{/:prefix}`, where the link's own route has one or the platform takes the link behind any word. */
function prefixGroup(link: Link, { route }: LinkNames, open: readonly Spelling[]): string {
  const own = /^\{\/:\w+\}/.exec(route?.path ?? '')?.[0];
  if (own !== undefined) return own;
  return open.some(({ target }) => before(readLink(target), link).length === 1) ? '{/:prefix}' : '';
}
