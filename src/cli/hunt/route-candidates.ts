import type { RouteOptions } from '../../reading/route.ts';
import { parametersOf, readLink, type Link } from './link.ts';
import { nameOf, type LinkNames } from './names.ts';
import { PROGRAMS, type Spelling } from './spellings.ts';

/** A bot that nobody has: what stands for one until an operator writes it. Its route is shut. */
export const UNKNOWN_BOT = 'CHANGE-ME';

/** The segments in front of a link's path; none where it is another path. */
export function before({ segments }: Link, link: Link): readonly string[] {
  const extra = segments.length - link.segments.length;
  return extra > 0 && link.segments.every((segment, at) => segments[extra + at] === segment)
    ? segments.slice(0, extra)
    : [];
}

/**
 * Routes that could name a request, the likeliest first; none where no word of its path says what it is, or nothing
 * in it names the conversation: such a route would shut more than a transcript.
 */
export function routeCandidates(one: Spelling, link: Link, known: LinkNames, group: string): RouteOptions[] {
  const asked = readLink(one.target);
  const front = before(asked, link);
  const segments = asked.segments.slice(front.length === 1 ? 1 : 0).filter((segment) => segment !== '');
  const { parts, used } = named(segments, known);
  const words = segments.filter((segment) => nameOf(segment, known.names) === undefined);
  const isLinked = parametersOf(asked.query ?? '').some(([, value]) => known.names.has(value));
  const saysWhose = used.size > 0 || isLinked || one.json !== undefined;
  if (!saysWhose || words.every(isProgram)) return [];
  const query = queryOf(asked, known, used);
  const whose = botOf(known, (name) => used.has(name) || Object.hasOwn(query, name));
  const rest = { ...(Object.keys(query).length > 0 && { query }), ...whose };
  const path = `/${parts.join('/')}`;
  // What the group of the link's own route took stands in the group again.
  const [first = ''] = parts;
  const below = first.startsWith(':') && group.includes(first) ? `/${parts.slice(1).join('/')}` : path;
  return [
    { path: `${group}${below}`, ...rest },
    { path, ...rest },
    { path, ...whose },
  ];
}

/** Segments as a template has them, and the names in it. */
function named(segments: readonly string[], { names }: LinkNames): { parts: string[]; used: Set<string> } {
  const used = new Set<string>();
  const parts = segments.map((segment) => {
    const name = nameOf(segment, names);
    if (name === undefined) return escaped(segment);
    let free = name;
    for (let count = 2; used.has(free); count += 1) free = `${name}${count}`;
    used.add(free);
    return `:${free}`;
  });
  return { parts, used };
}

function isProgram(segment: string): boolean {
  return PROGRAMS.includes(segment.toLowerCase());
}

/** path-to-regexp takes these as they are behind a backslash. */
function escaped(segment: string): string {
  return segment.replace(/[{}()[\]+!:*]/g, '\\$&');
}

/**
 * Parameters that hold the link's ids, by our names for them. Where several hold one, the platform's own could be
 * any of them: none is named.
 */
function queryOf({ query }: Link, { names }: LinkNames, used: ReadonlySet<string>): Record<string, string> {
  const found: Record<string, string> = {};
  const parameters = parametersOf(query ?? '');
  for (const [parameter, value] of parameters) {
    const name = names.get(value);
    const isOurs = name === 'botId' || name === 'contactId' || name === 'conversationId';
    const isOne = parameters.filter(([, other]) => other === value).length === 1;
    if (isOurs && isOne && !used.has(name) && /^[A-Za-z_]\w*$/.test(parameter)) found[name] = parameter;
  }
  return found;
}

/** Whose it is: as the link's own route says it. */
function botOf({ route }: LinkNames, has: (name: string) => boolean): Partial<RouteOptions> {
  if (has('botId')) return {};
  if (route?.lookup !== undefined && has('conversationId')) return { lookup: route.lookup };
  return { bot: route?.bot ?? UNKNOWN_BOT };
}
