import { isNamed, headerValues } from './raw-headers.ts';
import { looksLikeToken } from './credential.ts';

/** Places that a route has to allow: what stands there is in a URL, or travels in a list of subprotocols. */
export const routeTokenPlaces = ['query', 'protocol'] as const;
export type RouteTokenPlace = (typeof routeTokenPlaces)[number];

/** A header in which tokens are looked for; `name` and `scheme` in lower case. */
export interface HeaderPlace {
  readonly place: string;
  readonly name: string;
  readonly scheme?: string;
}

/** Where tokens are looked for beside the bearer and cookies. */
export interface TokenPlaces {
  readonly headers: readonly HeaderPlace[];
  /** Names of query parameters, and of subprotocols (RFC 6455 section 1.9). */
  readonly query: ReadonlySet<string>;
  readonly protocols: ReadonlySet<string>;
}

/** A token's text, and the place as configured that it stood in. */
export interface PlacedText {
  readonly place: string;
  readonly value: string;
}

/** Sorts places as configured (`header:x-auth-token jwt`); those of other kinds are left out. */
export function compileTokenPlaces(places: Iterable<string>): TokenPlaces {
  const named = (kind: string): string[] =>
    [...new Set(places)].flatMap((one) => (one.startsWith(`${kind}:`) ? [one.slice(kind.length + 1)] : []));
  return {
    headers: named('header').map((text) => {
      const [name = '', scheme] = text.split(' ');
      return { place: `header:${text}`, name, ...(scheme !== undefined && { scheme }) };
    }),
    query: new Set(named('query')),
    protocols: new Set(named('protocol')),
  };
}

/** What of a request is read for tokens. */
export interface Bearing {
  readonly headers: readonly string[];
  readonly target: string;
  readonly upgrade: boolean;
}

/** The tokens of a request, in the order of places; of query and subprotocols only what the route allows. */
export function readPlaced(
  places: TokenPlaces,
  { headers, target, upgrade }: Bearing,
  allowed: readonly RouteTokenPlace[] = [],
): readonly PlacedText[] {
  const found = places.headers.flatMap((place) =>
    headerValues(headers, place.name).flatMap((value) => {
      const token = tokenIn(place, value);
      return token === undefined ? [] : [{ place: place.place, value: token }];
    }),
  );
  if (allowed.includes('query') && places.query.size > 0) found.push(...inQuery(places.query, target));
  if (upgrade && allowed.includes('protocol') && places.protocols.size > 0)
    found.push(...offersOf(places.protocols, protocolsOf(headers)).flatMap(({ token }) => token ?? []));
  return found;
}

/** Ours where it looks like a token, as with the bearer: all else is the platform's own. */
function tokenIn({ scheme }: HeaderPlace, value: string): string | undefined {
  const text = value.trim();
  if (scheme === undefined) return looksLikeToken(text) ? text : undefined;
  const end = text.search(/[ \t]/);
  if (end < 0 || text.slice(0, end).toLowerCase() !== scheme) return undefined;
  const token = text.slice(end).trim();
  return looksLikeToken(token) ? token : undefined;
}

/** True for a header whose value is a token in one of the places. */
export function isTokenHeader({ headers }: TokenPlaces, name: string, value: string): boolean {
  return headers.some((place) => isNamed(name, place.name) && tokenIn(place, value) !== undefined);
}

/** Whatever the parameter holds is taken for a token: the operator says that it is one. Empty, it is none. */
function inQuery(names: ReadonlySet<string>, target: string): PlacedText[] {
  return pairsOf(target).flatMap((pair) => {
    const [name, value] = readPair(pair);
    return names.has(name) && value !== '' ? [{ place: `query:${name}`, value }] : [];
  });
}

/** The values of one parameter. */
export function queryValues(target: string, name: string): string[] {
  return pairsOf(target)
    .map(readPair)
    .flatMap(([found, value]) => (found === name ? [value] : []));
}

/** The target without these parameters; every other byte stays, in order. */
export function withoutTokens(target: string, { query }: TokenPlaces): string {
  const pairs = pairsOf(target);
  const kept = pairs.filter((pair) => !query.has(readPair(pair)[0]));
  if (kept.length === pairs.length) return target;
  const path = target.slice(0, target.indexOf('?'));
  return kept.length === 0 ? path : `${path}?${kept.join('&')}`;
}

function pairsOf(target: string): string[] {
  const at = target.indexOf('?');
  return at < 0 ? [] : target.slice(at + 1).split('&');
}

function readPair(pair: string): [name: string, value: string] {
  const at = pair.indexOf('=');
  return at < 0 ? [decoded(pair), ''] : [decoded(pair.slice(0, at)), decoded(pair.slice(at + 1))];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

interface Offer {
  readonly text: string;
  /** Set where it is a token: by its own name before it, or as the entry after that name. */
  readonly token?: PlacedText;
}

function protocolsOf(headers: readonly string[]): string[] {
  return headerValues(headers, 'sec-websocket-protocol').flatMap((value) =>
    value.split(',').map((text) => text.trim()),
  );
}

/** `bearer, <token>` as browsers' scripts write it, or `bearer.<token>` in one. */
function offersOf(names: ReadonlySet<string>, texts: readonly string[]): Offer[] {
  let before: string | undefined;
  return texts.map((text) => {
    const name = before;
    before = name === undefined && names.has(text) ? text : undefined;
    if (name !== undefined) return { text, token: { place: `protocol:${name}`, value: text } };
    const own = [...names].find((one) => text.startsWith(`${one}.`));
    const value = own === undefined ? '' : text.slice(own.length + 1);
    return own !== undefined && looksLikeToken(value)
      ? { text, token: { place: `protocol:${own}`, value } }
      : { text };
  });
}

/**
 * The headers with subprotocols that are no tokens, in one header; without one where none is left. The name before
 * a token stays: a platform that knows it may choose it, and browsers expect that one of theirs is chosen.
 */
export function withoutProtocolTokens(headers: readonly string[], places: TokenPlaces): readonly string[] {
  const offers = offersOf(places.protocols, protocolsOf(headers));
  if (!offers.some(({ token }) => token !== undefined)) return headers;
  const kept = offers.flatMap(({ text, token }) => (token === undefined && text !== '' ? [text] : []));
  const others: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2)
    if (!isNamed(headers[i], 'sec-websocket-protocol')) others.push(headers[i] ?? '', headers[i + 1] ?? '');
  return kept.length === 0 ? others : [...others, 'Sec-WebSocket-Protocol', kept.join(', ')];
}
