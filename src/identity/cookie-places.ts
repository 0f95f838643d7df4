import type { TokenPlace } from './place.ts';
import { tokenInCookie } from './cookie-value.ts';

/** A token that was found, and the configured place that it was found in. */
export interface PlacedToken {
  readonly value: string;
  readonly place: TokenPlace;
}

interface Cookie {
  readonly name: string;
  readonly value: string;
}

/** The cookies in which tokens are looked for. */
export interface CookiePlaces {
  /** Their names; `has` is true also for what a pattern means, and for the pieces `.0`, `.1` of a long one. */
  readonly names: ReadonlySet<string>;
  /** The tokens in these cookies in their order, each text once; undefined where more than `atMost` cookies have one. */
  find(cookies: readonly Cookie[], atMost: number): readonly PlacedToken[] | undefined;
}

const PIECE = /^(.+)\.(\d{1,2})$/;

export function compileCookiePlaces(places: Iterable<TokenPlace>): CookiePlaces {
  const names = new Set(
    [...places].flatMap((place) => (place.startsWith('cookie:') ? [place.slice('cookie:'.length)] : [])),
  );
  const patterns = [...names].filter((name) => name.includes('*'));
  const placeOf = (name: string): TokenPlace | undefined => {
    if (names.has(name)) return `cookie:${name}`;
    const pattern = patterns.find((one) => matches(one, name));
    return pattern === undefined ? undefined : `cookie:${pattern}`;
  };
  const known = new Set(names);
  const has = (name: string): boolean =>
    names.has(name) || placeOf(name) !== undefined || placeOf(PIECE.exec(name)?.[1] ?? '') !== undefined;
  return { names: Object.assign(known, { has }), find: (cookies, atMost) => find(cookies, placeOf, atMost) };
}

/** `*` stands for any number of characters of a name; each but the last for as few as there may be. */
function matches(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop() ?? '';
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  let at = first.length;
  const end = name.length - last.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= end;
}

function find(
  cookies: readonly Cookie[],
  placeOf: (name: string) => TokenPlace | undefined,
  atMost: number,
): readonly PlacedToken[] | undefined {
  if (cookies.length === 0) return none;
  const found: PlacedToken[] = [];
  let count = 0;
  const add = (place: TokenPlace, text: string): void => {
    count += 1;
    const value = tokenInCookie(text);
    if (!found.some((one) => one.value === value && one.place === place)) found.push({ value, place });
  };
  // One text, however often it comes, is one.
  const isTooMany = (): boolean => count > atMost && found.length > 1;
  const joined = new Set<string>();
  for (const { name, value } of cookies) {
    if (isTooMany()) return undefined;
    const place = value === '' ? undefined : placeOf(name);
    if (place !== undefined) add(place, value);
    const base = PIECE.exec(name)?.[1];
    const whole = place === undefined && base !== undefined ? placeOf(base) : undefined;
    if (whole === undefined || base === undefined || joined.has(base)) continue;
    joined.add(base);
    add(whole, joinPieces(base, cookies));
  }
  return isTooMany() ? undefined : found;
}

const none: readonly never[] = [];

/** The pieces from `.0` on, in the order of their numbers; what is there twice or has a gap is no token. */
function joinPieces(base: string, cookies: readonly Cookie[]): string {
  const pieces: string[] = [];
  for (const { name, value } of cookies) {
    const [, of, number] = PIECE.exec(name) ?? [];
    if (of !== base) continue;
    const at = Number(number);
    if (String(at) !== number || pieces[at] !== undefined) return '.';
    pieces[at] = value;
  }
  // A list with gaps has fewer own keys than it is long.
  return Object.keys(pieces).length === pieces.length ? pieces.join('') : '.';
}
