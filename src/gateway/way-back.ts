import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from '../access/question.ts';
import { linkOf } from '../policy/link.ts';
import { originForm } from '../reading/target.ts';
import { isElsewhere, stayingOnSite } from './login.ts';
import type { GatewaySettings } from './options.ts';
import type { Refusal } from './refusal.ts';
import { isReserved, reservedPrefix } from './target-form.ts';

/** Where a visitor comes back to after signing in: the target, or an address of ours that knows it. */
export interface WayBack {
  readonly target: string;
  /** What makes the address of ours know it. */
  readonly cookie?: string;
}

const prefix = `${reservedPrefix}/return`;
const lifeSeconds = 1_800;
/** Browsers drop a cookie whose name and value have more than 4,096 bytes. */
const mostValueBytes = 4_000;
const nameOf = (id: string): string => `gateway-return-${id}`;

/**
 * A link that is itself a key is not told to a login page on another host, nor to what logs its URLs: it stays in a
 * cookie of this browser, for half an hour.
 */
export function wayBackOf(
  target: string,
  { resource }: Answer,
  { login, publicUrl }: GatewaySettings,
): WayBack {
  const pages = [login.url, login.switchUrl];
  const isTold = pages.some((url) => url !== null && isElsewhere(url, publicUrl));
  if (linkOf(resource) === undefined || !isTold) return { target };
  const id = randomUUID().slice(0, 8);
  const value = valueOf(originForm(target));
  const secure = publicUrl?.startsWith('https:') === true ? '; Secure' : '';
  const cookie = `${nameOf(id)}=${value}; Path=${prefix}/${id}; Max-Age=${String(lifeSeconds)}; HttpOnly; SameSite=Lax${secure}`;
  return { target: `${prefix}/${id}`, cookie };
}

/** What is too long for a cookie leads back to the path alone, or else to the site: never to nothing. */
function valueOf(target: string): string {
  const values = [target, target.replace(/\?.*$/s, ''), '/'].map((one) =>
    Buffer.from(one, 'latin1').toString('base64url'),
  );
  return values.find(({ length }) => length <= mostValueBytes) ?? '';
}

/** Gives the cookie along with an answer that leads to the address. */
export function rememberingWay(refusal: Refusal, { target, cookie }: WayBack): Refusal {
  if (cookie === undefined) return refusal;
  const id = target.slice(prefix.length + 1);
  const leads = [refusal.body, ...refusal.headers].some((text) => text.includes(id));
  return leads ? { ...refusal, headers: [...refusal.headers, 'Set-Cookie', cookie] } : refusal;
}

/** Sends who comes back on to the link; false where this browser has none. */
export function sendBack(request: FastifyRequest<{ Params: { id: string } }>, reply: FastifyReply): boolean {
  const { id } = request.params;
  const target = /^[0-9a-f]{8}$/.test(id) ? keptTarget(request.headers.cookie, id) : undefined;
  if (target === undefined) return false;
  reply
    .code(302)
    .header('location', stayingOnSite(target))
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .header('set-cookie', `${nameOf(id)}=; Path=${prefix}/${id}; Max-Age=0`)
    .send();
  return true;
}

/** A path of the platform's and nothing else, whoever wrote the cookie. */
function keptTarget(cookies: string | undefined, id: string): string | undefined {
  const start = `${nameOf(id)}=`;
  const found = cookies?.split(';').find((one) => one.trim().startsWith(start));
  if (found === undefined) return undefined;
  const target = Buffer.from(found.trim().slice(start.length), 'base64url').toString('latin1');
  const isPath = /^\/[\x21-\x7e]*$/.test(target) && !target.includes('#');
  return isPath && !isReserved(target) ? target : undefined;
}

export const returnRoute = `${prefix}/:id`;
