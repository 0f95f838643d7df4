import { compilePath } from '../../reading/template.ts';
import type { GuardSettings } from './guard.ts';
import { decoded, isIdLike, parametersOf, readLink, type Link } from './link.ts';

type RouteSettings = GuardSettings['routes'][number];

/** What a link's ids are called, and the route that says so. */
export interface LinkNames {
  /** Value → name. */
  readonly names: ReadonlyMap<string, string>;
  /** The route that guards the link, where one does. */
  readonly route?: RouteSettings;
}

const ID_NAMES = ['botId', 'contactId', 'conversationId'] as const;

/** What a configured route calls the ids of a link; where none guards it, names are made up. */
export function namesOf(target: string, route: RouteSettings | undefined): LinkNames {
  const link = readLink(target);
  const names = route === undefined ? new Map<string, string>() : namesIn(route, link);
  for (const id of link.ids) if (!names.has(id)) names.set(id, freeName(names, route));
  return { names, ...(route && { route }) };
}

function freeName(names: ReadonlyMap<string, string>, route: RouteSettings | undefined): string {
  const taken = new Set(names.values());
  if (route === undefined && !taken.has('conversationId')) return 'conversationId';
  const free = ['key', 'key2', 'key3', 'key4'].find((name) => !taken.has(name));
  return free ?? `key${names.size}`;
}

function namesIn(route: RouteSettings, link: Link): Map<string, string> {
  const names = new Map<string, string>();
  const segments = link.segments.map(decoded).filter((segment) => segment !== '');
  const fail = (sentence: string): never => {
    throw new Error(sentence);
  };
  for (const template of compilePath(route.path, fail)) {
    const fits = template.segments.every((part, at) => {
      const segment = segments[at];
      return (
        segment !== undefined &&
        (part.kind !== 'literal' || part.text.toLowerCase() === segment.toLowerCase())
      );
    });
    if (!fits) continue;
    template.segments.forEach((part, at) => {
      if (part.kind === 'parameter') names.set(segments[at] ?? '', part.name);
    });
    break;
  }
  const parameters = new Map(parametersOf(link.query ?? ''));
  for (const name of ID_NAMES) {
    const value = parameters.get(route.query?.[name] ?? '');
    if (value !== undefined) names.set(value, name);
  }
  return names;
}

/** A name for a segment: of the link's, or made up where it looks like an id. */
export function nameOf(segment: string, names: ReadonlyMap<string, string>): string | undefined {
  const text = decoded(segment);
  return names.get(text) ?? (isIdLike(text) ? 'other' : undefined);
}
