import { randomBytes } from 'node:crypto';

/** A credential that nobody has, as a stranger would make one up. */
export function madeUp(from: readonly string[]): string[] {
  const value = (): string => randomBytes(16).toString('hex');
  const cookies = from.flatMap((place) =>
    place.startsWith('cookie:') ? [`${place.slice('cookie:'.length).replace(/\*$/, 'x')}=${value()}`] : [],
  );
  const headers = from.flatMap((place) => {
    if (place.startsWith('cookie:')) return [];
    if (place === 'bearer') return ['authorization', `Bearer ${value()}`];
    const [name = '', scheme] = place.slice('header:'.length).split(' ');
    return [name.toLowerCase(), scheme === undefined ? value() : `${scheme} ${value()}`];
  });
  return cookies.length === 0 ? headers : [...headers, 'cookie', cookies.join('; ')];
}
