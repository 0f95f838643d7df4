import type {} from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ADMIN_COOKIES } from '../reading/credential.ts';
import type { AdminOptions } from './options.ts';

/** True where the visitor's connection is encrypted, as far as it can be known. */
export function isSecure(options: AdminOptions, request: FastifyRequest): boolean {
  if ('encrypted' in request.raw.socket && request.raw.socket.encrypted === true) return true;
  if (options.door === 'public' && options.siteUrl()?.startsWith('https:') === true) return true;
  return options.locate(request.raw.rawHeaders, options.peerOf(request.raw)).proto === 'https';
}

function cookieName(options: AdminOptions, request: FastifyRequest): string {
  return isSecure(options, request) ? ADMIN_COOKIES.secure : ADMIN_COOKIES.plain;
}

/** The token that this door's own cookie carries. */
export function sessionToken(options: AdminOptions, request: FastifyRequest): string | undefined {
  const value = request.cookies[cookieName(options, request)];
  return value === '' ? undefined : value;
}

/** Keeps a token in a cookie that scripts cannot read and other sites' pages cannot send. */
export function openSession(
  options: AdminOptions,
  reply: FastifyReply,
  token: string,
  expiresAtMs: number | undefined,
): void {
  const seconds = expiresAtMs === undefined ? undefined : Math.floor((expiresAtMs - options.now()) / 1000);
  reply.setCookie(cookieName(options, reply.request), token, {
    ...attributes(options, reply.request),
    ...(seconds === undefined ? {} : { maxAge: Math.max(seconds, 0) }),
  });
}

export function closeSession(options: AdminOptions, reply: FastifyReply): void {
  reply.clearCookie(cookieName(options, reply.request), attributes(options, reply.request));
}

function attributes(options: AdminOptions, request: FastifyRequest) {
  // The __Host- prefix asks for the whole site as path; without it the cookie stays out of the platform's requests.
  const secure = isSecure(options, request);
  return { path: secure ? '/' : '/_gateway', secure, httpOnly: true, sameSite: 'strict' } as const;
}
