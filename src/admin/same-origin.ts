import type { FastifyRequest } from 'fastify';

/**
 * True where a browser vouches that one of our own pages sent the request: a cookie alone proves only that
 * somebody's page did. `Sec-Fetch-Site` decides where it is sent (it is, from trustworthy origins); else `Origin`
 * must be ours.
 */
export function isSameOrigin(request: FastifyRequest, siteUrl: string | undefined): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin, host } = request.headers;
  if (origin === undefined || host === undefined || !URL.canParse(origin)) return false;
  const from = new URL(origin);
  if (from.origin !== origin) return false;
  const own = siteUrl === undefined ? undefined : new URL(siteUrl);
  // Where the site's scheme is known, its page over the other one may be anybody's on the way.
  if (own?.host === from.host) return own.origin === from.origin;
  // A page on a name that somebody points at us has that name's cookies, not ours.
  return from.host === host.toLowerCase();
}

/** True for a method that changes nothing. */
export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}
