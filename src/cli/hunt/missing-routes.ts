import type { RouteOptions } from '../../reading/route.ts';
import { createGuard, type GuardSettings } from './guard.ts';
import { decoded, parametersOf, readLink, type Link } from './link.ts';
import { nameOf, type LinkNames } from './names.ts';
import { PROGRAMS, type Spelling } from './spellings.ts';

/** A bot that nobody has: what stands for one until an operator writes it. Its route is shut. */
export const UNKNOWN_BOT = 'CHANGE-ME';

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
    const route = candidates(one.target, link, known, group).find((candidate) => closes(one, candidate));
    if (program !== undefined) frontController = program;
    else if (route !== undefined) routes.push(route);
    else unnamed.push(one);
  }
  const isKnown = frontController === null || frontController === settings.frontController;
  return { routes, unnamed, ...(isKnown ? {} : { frontController }) };
}

/** `{/:prefix}`, where the link's own route has one or the platform takes the link behind any word. */
function prefixGroup(link: Link, { route }: LinkNames, open: readonly Spelling[]): string {
  const own = /^\{\/:\w+\}/.exec(route?.path ?? '')?.[0];
  if (own !== undefined) return own;
  return open.some(({ target }) => before(readLink(target), link).length === 1) ? '{/:prefix}' : '';
}

/** The segments in front of a link's path; none where it is another path. */
function before({ segments }: Link, link: Link): readonly string[] {
  const extra = segments.length - link.segments.length;
  return extra > 0 && link.segments.every((segment, at) => segments[extra + at] === segment)
    ? segments.slice(0, extra)
    : [];
}

/** Routes that could name a target, the likeliest first; none where its path says nothing. */
function candidates(target: string, link: Link, known: LinkNames, group: string): RouteOptions[] {
  const asked = readLink(target);
  const front = before(asked, link);
  const segments = asked.segments.slice(front.length === 1 ? 1 : 0).filter((segment) => segment !== '');
  const used = new Set<string>();
  const fresh = (name: string): string => {
    let free = name;
    for (let count = 2; used.has(free); count += 1) free = `${name}${count}`;
    used.add(free);
    return free;
  };
  const parts = segments.map((segment) => {
    const name = nameOf(segment, known.names);
    return name === undefined ? escaped(segment) : `:${fresh(name)}`;
  });
  const says = segments.some((segment) => nameOf(segment, known.names) === undefined && !isProgram(segment));
  const query = queryOf(asked, known, used);
  const namesLink =
    segments.concat(Object.values(query).map(String)).length > 0 &&
    (used.size > 0 || Object.keys(query).length > 0);
  if (!says || !namesLink) return [];
  const path = `/${parts.join('/')}`;
  const has = (name: string): boolean => used.has(name) || Object.hasOwn(query, name);
  const whose = botOf(known, has);
  const rest = { ...(Object.keys(query).length > 0 && { query }), ...whose };
  return [
    { path: `${group}${path}`, ...rest },
    { path, ...rest },
    { path, ...whose },
  ];
}

function isProgram(segment: string): boolean {
  return PROGRAMS.includes(segment.toLowerCase());
}

/** path-to-regexp takes these as they are behind a backslash. */
function escaped(segment: string): string {
  return segment.replace(/[{}()[\]+!:*]/g, '\\$&');
}

/** Parameters that hold the link's ids, by our names for them. */
function queryOf({ query }: Link, { names }: LinkNames, used: ReadonlySet<string>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [parameter, value] of parametersOf(query ?? '')) {
    const name = names.get(decoded(value));
    const isOurs = name === 'botId' || name === 'contactId' || name === 'conversationId';
    if (isOurs && !used.has(name) && /^[A-Za-z_]\w*$/.test(parameter)) found[name] = parameter;
  }
  return found;
}

/** Whose it is: as the link's own route says it. */
function botOf({ route }: LinkNames, has: (name: string) => boolean): Partial<RouteOptions> {
  if (has('botId')) return {};
  if (route?.lookup !== undefined && has('conversationId')) return { lookup: route.lookup };
  return { bot: route?.bot ?? UNKNOWN_BOT };
}
