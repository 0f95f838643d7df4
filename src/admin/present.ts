import type { Known, Principal } from '../policy/principal.ts';
import type { AdminOptions } from './options.ts';

/** A token where some issuer looks for it, as the headers of a request. */
export interface TokenPresentation {
  /** As it is configured: `bearer`, `header:x-auth-token`, `cookie:session`. */
  readonly place: string;
  readonly headers: readonly [string, string];
}

/** Base64url and dots: what a JWT is made of. Nothing that could break out of a cookie. */
const TOKEN = /^[A-Za-z0-9_.~+/=-]{1,16384}$/;

export function isTokenText(text: string): boolean {
  return TOKEN.test(text);
}

/** Every place where a token may stand, the bearer first. */
export function presentations(
  token: string,
  { cookieNames, headerPlaces }: { [name in keyof Places]: ReturnType<Places[name]> },
): readonly TokenPresentation[] {
  const headers = headerPlaces.map(({ place, name, scheme }): TokenPresentation => {
    return { place, headers: [name, scheme === undefined ? token : `${scheme} ${token}`] };
  });
  const cookies = [...cookieNames].map((name): TokenPresentation => {
    return { place: `cookie:${name}`, headers: ['cookie', `${name}=${token}`] };
  });
  return [{ place: 'bearer', headers: ['authorization', `Bearer ${token}`] }, ...headers, ...cookies];
}

type Places = Pick<AdminOptions, 'cookieNames' | 'headerPlaces'>;

export interface PresentedToken {
  readonly principal: Principal;
  /** Where the token was taken for somebody's; the bearer where it was nowhere. */
  readonly presentation: TokenPresentation;
}

/**
 * Who a pasted token names. A token that was copied from somewhere does not tell where it belongs, and an issuer
 * looks in its own places only, so each is tried.
 */
export async function presentToken(
  options: Pick<AdminOptions, 'authenticate'> & Places,
  token: string,
): Promise<PresentedToken> {
  const places = { cookieNames: options.cookieNames(), headerPlaces: options.headerPlaces() };
  const [bearer, ...others] = presentations(token, places);
  if (bearer === undefined) throw new Error('a token has at least the bearer to stand in');
  const principal = await options.authenticate(bearer.headers);
  if (isDecided(principal)) return { principal, presentation: bearer };
  for (const presentation of others) {
    const other = await options.authenticate(presentation.headers);
    if (isKnown(other)) return { principal: other, presentation };
  }
  return { principal, presentation: bearer };
}

/** Where any text that was pasted would stand: as `presentToken` for what can be a token, else the bearer. */
export async function presentAny(
  options: Pick<AdminOptions, 'authenticate'> & Places,
  text: string,
): Promise<Partial<TokenPresentation>> {
  if (isTokenText(text)) return (await presentToken(options, text)).presentation;
  const isCarried = /^[\t\x20-\x7e\x80-\xff]+$/.test(text);
  return isCarried ? { place: 'bearer', headers: ['authorization', `Bearer ${text}`] } : {};
}

function isKnown(principal: Principal): principal is Known {
  return principal.kind === 'known';
}

function isDecided(principal: Principal): boolean {
  return isKnown(principal) || principal.kind === 'undetermined';
}
