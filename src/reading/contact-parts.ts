import { withoutCookies } from './credential.ts';
import { isNamed, headerValues } from './raw-headers.ts';
import { queryValues, type Bearing, type RouteTokenPlace } from './token-places.ts';
import { trimEnds } from './trim.ts';

/** Where a contact's id stands, and the hash that proves it: `query:`, `header:` or `cookie:`, and a name. */
export interface ContactPlaces {
  readonly name: string;
  readonly contact: string;
  readonly hash: string;
}

/** An id with its hash, as a request presents them; undefined where two of them differ. */
export interface PresentedContact {
  readonly kind: string;
  readonly place: string;
  readonly claim: { readonly id: string; readonly hash: string } | undefined;
}

/** Cookies and headers that hold a hash; names of headers in lower case. */
export interface HashPlaces {
  readonly cookies: ReadonlySet<string>;
  readonly headers: ReadonlySet<string>;
}

export function compileHashPlaces(kinds: readonly ContactPlaces[]): HashPlaces {
  const named = (kind: string): string[] =>
    kinds.flatMap(({ hash }) => (hash.startsWith(kind) ? [hash.slice(kind.length)] : []));
  return {
    cookies: new Set(named('cookie:')),
    headers: new Set(named('header:').map((name) => name.toLowerCase())),
  };
}

/** The headers without hashes, whatever they prove; the same array where none can be there. */
export function stripHashes({ cookies, headers }: HashPlaces, raw: readonly string[]): readonly string[] {
  if (cookies.size + headers.size === 0) return raw;
  const kept: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name = '', value = ''] = raw.slice(i, i + 2);
    if (headers.has(name.toLowerCase())) continue;
    const rest = isNamed(name, 'cookie') ? withoutCookies(cookies, value) : value;
    if (rest !== undefined) kept.push(name, rest);
  }
  return kept;
}

/** True where a place is written as one can be. */
export function isContactPlace(text: string): boolean {
  return /^(?:query:[\w.~-]+|(?:header|cookie):[!#$%&'*+.^_`|~0-9A-Za-z-]+)$/.test(text);
}

/** What a request presents of each kind: an id without a hash, or a hash without an id, is nothing. */
export function readContacts(
  kinds: readonly ContactPlaces[],
  bearing: Bearing,
  allowed: readonly RouteTokenPlace[] = [],
): readonly PresentedContact[] {
  return kinds.flatMap(({ name: kind, contact, hash: place }) => {
    const [id, ...moreIds] = valuesAt(contact, bearing, allowed);
    const [hash, ...moreHashes] = valuesAt(place, bearing, allowed);
    if (id === undefined || hash === undefined) return [];
    const isOne = moreIds.length + moreHashes.length === 0;
    return [{ kind, place, claim: isOne ? { id, hash } : undefined }];
  });
}

/** Different values that stand there, without the empty one. */
function valuesAt(place: string, bearing: Bearing, allowed: readonly RouteTokenPlace[]): readonly string[] {
  const at = place.indexOf(':');
  const name = place.slice(at + 1);
  const values = {
    query: () => (allowed.includes('query') ? queryValues(bearing.target, name) : []),
    header: () => headerValues(bearing.headers, name.toLowerCase()).map((value) => value.trim()),
    cookie: () => cookieValues(bearing.headers, name),
  };
  const kind = place.slice(0, at) as keyof typeof values;
  return [...new Set(values[kind]())].filter((value) => value !== '');
}

function cookieValues(headers: readonly string[], name: string): string[] {
  const found: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (!isNamed(headers[i], 'cookie')) continue;
    for (const piece of (headers[i + 1] ?? '').split(';')) {
      const equals = piece.indexOf('=');
      if (equals < 0 || trimEnds(piece.slice(0, equals), ' \t', ' \t') !== name) continue;
      found.push(decoded(trimEnds(piece.slice(equals + 1), ' \t"', ' \t"')));
    }
  }
  return found;
}

/** As frameworks write what a cookie cannot hold. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
