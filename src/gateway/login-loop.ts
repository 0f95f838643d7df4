import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { ClientIp } from '../policy/client-ip.ts';
import { createRecent } from '../limits/recent.ts';

/** Tells a visitor who comes back from the login page again and again without a session. */
export interface LoginLoop {
  /** True for the fourth prompt within a minute to one visitor for one target. */
  isLoop(
    request: IncomingMessage,
    target: string,
    client: ClientIp,
    cookieNames: ReadonlySet<string>,
  ): boolean;
}

const told = ['user-agent', 'accept-language', 'sec-ch-ua', 'sec-ch-ua-platform'] as const;

/** Visitors behind one address are told apart by what they send; only digests are kept, a bounded number. */
export function createLoginLoop(now: () => number): LoginLoop {
  const prompts = createRecent({ times: 3, windowMs: 60_000, maxKeys: 20_000 });
  return {
    isLoop(request, target, client, cookieNames) {
      const sent = told.map((name) => request.headers[name] ?? '');
      const cookies = steadyCookies(request.headers.cookie, cookieNames);
      const address = client.status === 'unknown' ? '' : client.address;
      const key = hash('sha256', JSON.stringify([target, address, cookies, ...sent]), 'base64');
      return !prompts.allow(key, now());
    },
  };
}

/** Cookies as far as they stay the same from one sign-in to the next: of a session, whose it says it is. */
function steadyCookies(header: string | undefined, ours: ReadonlySet<string>): string[] {
  if (header === undefined) return [];
  return header.split(';').map((text) => {
    const at = text.indexOf('=');
    const name = text.slice(0, at).trim();
    return at !== -1 && ours.has(name) ? `${name}=${claimedSubject(text.slice(at + 1).trim())}` : text.trim();
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
