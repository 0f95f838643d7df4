import type { Via } from '../policy/principal.ts';

/**
 * A place where a token may stand: `bearer`; `cookie:` and a cookie's name, in which `*` stands for anything;
 * `header:` and a header's name, with a scheme or without; `query:` and `protocol:` and a name, on routes that allow
 * these.
 */
export type TokenPlace = 'bearer' | `${'cookie' | 'header' | 'query' | 'protocol'}:${string}`;

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const PLACE = new RegExp(
  `^(?:bearer|cookie:${TOKEN}|header:${TOKEN}(?: ${TOKEN})?|query:[\\w.~-]+|protocol:${TOKEN})$`,
);

/** What is wrong with a place as it is written, as the end of a sentence; undefined where nothing is. */
export function placeFault(text: string): string | undefined {
  if (!PLACE.test(text))
    return 'must be bearer, cookie:<name>, header:<name>, header:<name> <scheme>, query:<name> or protocol:<name>';
  if (/^header:authorization bearer$/i.test(text)) return 'is written bearer';
  return /^header:cookie2?(?: |$)/i.test(text) ? 'is written cookie:<name>' : undefined;
}

/** One spelling of each place: names of headers and schemes have no case (RFC 9110 sections 5.1 and 11.1). */
export function canonicalPlace(place: TokenPlace): TokenPlace {
  return place.startsWith('header:') ? (place.toLowerCase() as TokenPlace) : place;
}

/** How a token came that stood there: by `Authorization` in any scheme is as good as the bearer. */
export function viaOf(place: TokenPlace): Via {
  if (place === 'bearer' || /^header:authorization(?: |$)/.test(place)) return 'bearer';
  const kinds = ['cookie', 'header', 'query', 'protocol'] as const;
  return kinds.find((kind) => place.startsWith(`${kind}:`)) ?? 'cookie';
}
