import type { IncomingMessage } from 'node:http';
import { createRecent } from '../limits/recent.ts';
import type { ClientIp } from '../policy/client-ip.ts';
import { readCredential } from '../reading/credential.ts';
import type { GatewaySettings } from './options.ts';
import { visitorKey } from './visitor-key.ts';

/** Tells a visitor who comes back from the login page again and again without a session. */
export interface LoginLoop {
  /**
   * A reason for the fourth prompt within a minute to one visitor for one target, or for any target where what the
   * sign-in leaves in our cookie is no token: no page of the site would ever take it. Undefined: go on.
   */
  stuck(
    request: IncomingMessage,
    target: string,
    client: ClientIp,
    settings: Pick<GatewaySettings, 'cookieNames' | 'tokenCookies'>,
  ): 'login-loop' | 'cookie-no-token' | undefined;
}

const prompts = { times: 3, windowMs: 60_000, maxKeys: 20_000 };
/** One cookie's value is one visitor's: they are known again for longer. */
const sameCookie = { ...prompts, windowMs: 600_000 };

/** Visitors behind one address are distinguished by what they send; only digests are kept, a bounded number. */
export function createLoginLoop(now: () => number): LoginLoop {
  const forTarget = createRecent(prompts);
  const forCookie = createRecent(sameCookie);
  const forVisitor = createRecent(prompts);
  return {
    stuck(request, target, client, { cookieNames, tokenCookies }) {
      const address = client.status === 'unknown' ? '' : client.address;
      const key = (what: string, ...more: readonly unknown[]): string =>
        visitorKey(request, what, address, ...more);
      const steady = steadyCookies(request.headers.cookie, cookieNames);
      const goesOn = [forTarget.allow(key(target, steady), now())];
      const noTokens = cookiesWithoutToken(request.rawHeaders, tokenCookies);
      if (noTokens !== undefined) {
        const others = steadyCookies(request.headers.cookie, cookieNames, () => '');
        goesOn.push(forCookie.allow(key('', noTokens), now()), forVisitor.allow(key('', others), now()));
      }
      if (goesOn.every(Boolean)) return undefined;
      return noTokens === undefined ? 'login-loop' : 'cookie-no-token';
    },
  };
}

/** Our cookies' values where each of them is something that no token looks like; undefined where one does. */
function cookiesWithoutToken(
  rawHeaders: readonly string[],
  names: ReadonlySet<string>,
): readonly string[] | undefined {
  const values = readCredential(names, rawHeaders).cookies.map(({ value }) => value);
  return values.length > 0 &&
    values.every((value) => !/^(?:[^.]+\.){2}[^.]*$|^(?:[^.]*\.){4}[^.]*$/.test(value))
    ? values
    : undefined;
}

/** Cookies as far as they stay the same from one sign-in to the next: of a session, whose it says it is. */
function steadyCookies(
  header: string | undefined,
  ours: ReadonlySet<string>,
  steady: (value: string) => string = claimedSubject,
): string[] {
  if (header === undefined) return [];
  return header.split(';').map((text) => {
    const at = text.indexOf('=');
    const name = text.slice(0, at).trim();
    return at !== -1 && ours.has(name) ? `${name}=${steady(text.slice(at + 1).trim())}` : text.trim();
  });
}

/** The subject that a token claims, unverified: good enough to tell two visitors apart, and for nothing else. */
function claimedSubject(token: string): string {
  const payload = token.split('.')[1];
  if (payload === undefined || token.length > 8_192) return token;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    if (typeof claims === 'object' && claims !== null && 'sub' in claims) return String(claims.sub);
  } catch {
    // Not a token: it is told by its text.
  }
  return token;
}
