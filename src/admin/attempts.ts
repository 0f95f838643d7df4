/** One way in which a credential may be presented. */
export interface Attempt {
  /** As it is configured, or what it was given as. */
  readonly place: string;
  readonly headers: readonly string[];
  readonly target: string;
  readonly upgrade: boolean;
}

const plain = { headers: [], target: '/', upgrade: false } as const;
const HEADER_LINE = /^([A-Za-z0-9!#$%&'*+.^_`|~-]+):[ \t]*(.*)$/;

/**
 * How a text that was pasted may stand in a request: header lines as they are, a query that begins with `?`, cookies
 * as a browser shows them; a bare value wherever some issuer or kind of session looks.
 */
export function attemptsOf(
  text: string,
  places: readonly string[],
): { readonly headers: readonly string[]; readonly places: readonly Attempt[] } {
  const lines = text.split(/\r?\n/).map((line) => HEADER_LINE.exec(line));
  if (lines.every((line) => line !== null)) {
    const headers = lines.flatMap(([, name = '', value = '']) => [name, value]);
    return { headers, places: [{ ...plain, place: 'headers, as they are' }] };
  }
  const printable = text.replace(/[^\t\x20-\x7e]/g, '');
  const one = (attempt: Partial<Attempt> & { place: string }) => ({
    headers: [],
    places: [{ ...plain, ...attempt }],
  });
  if (text.startsWith('?'))
    return one({ place: 'query, as it is', target: `/${printable.replaceAll(' ', '%20')}` });
  if (/^[\w!#$%&'*+.^`|~-]+=[^=]/.test(text))
    return one({ place: 'cookies, as they are', headers: ['cookie', printable] });
  return { headers: [], places: places.map((place) => presented(place, printable)) };
}

function presented(place: string, value: string): Attempt {
  const name = place.slice(place.indexOf(':') + 1);
  if (place === 'bearer') return { ...plain, place, headers: ['authorization', `Bearer ${value}`] };
  if (place.startsWith('cookie:'))
    return { ...plain, place, headers: ['cookie', `${name.replaceAll('*', 'x')}=${value}`] };
  if (place.startsWith('query:'))
    return { ...plain, place, target: `/?${name}=${encodeURIComponent(value)}` };
  if (place.startsWith('protocol:'))
    return { ...plain, place, upgrade: true, headers: ['sec-websocket-protocol', `${name}, ${value}`] };
  const [header = '', scheme] = name.split(' ');
  return {
    ...plain,
    place,
    headers: [header.toLowerCase(), scheme === undefined ? value : `${scheme} ${value}`],
  };
}
