import { compileClaim } from './claim-path.ts';
import type { IssuerOptions } from './options.ts';
import { readToken } from './token.ts';

/** What each expression of an issuer's gives for a token, which is not verified here; nothing for what is no JWT. */
export function describeClaims({ claims }: Pick<IssuerOptions, 'claims'>, text: string): readonly string[] {
  const token = readToken(text);
  if (typeof token === 'string') return [];
  return Object.entries(claims).flatMap(([name, path]: [string, string | null]) => {
    if (path === null || name === 'scope') return [];
    const value = JSON.stringify(compileClaim(path)(token.claims) ?? null);
    return [`${name} (${path}) gives ${value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value}`];
  });
}

const MAX_SHOWN = 200;
