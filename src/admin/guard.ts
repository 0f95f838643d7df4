import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { networkAt } from '../activity/network.ts';
import { isAmbient, type Principal } from '../policy/principal.ts';
import type { BearerReason } from '../policy/reason.ts';
import { firstOf, headerValues } from '../reading/raw-headers.ts';
import { actorFrom, isStatic, setActor, staticActor } from './actor.ts';
import type { Actor } from './actor.ts';
import { clientAddress, knownAddress } from './client.ts';
import type { AdminOptions } from './options.ts';
import { isTokenText, presentToken } from './present.ts';
import { sendProblem } from './problem.ts';
import { isSafe, isSameOrigin } from './same-origin.ts';
import { sessionToken } from './session.ts';

/** Who was proven, or why nobody was. */
export type Proof =
  { readonly ok: true; readonly actor: Actor } | { readonly ok: false; readonly principal: Principal };

type Guard = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined>;

/** Lets through who may manage something; everybody else is answered here. */
export function createAdminGuard(options: AdminOptions): Guard {
  return async (request, reply) => {
    const blockedMs = blockedForMs(options, request);
    if (blockedMs > 0) return sendBlocked(reply, blockedMs);
    if (headerValues(request.raw.rawHeaders, 'authorization').length > 1) {
      return sendProblem(reply, 'bad-request', 'There is more than one Authorization header.');
    }
    const proof = await prove(options, request);
    if (!proof.ok) return refuse(options, reply, proof.principal, knownAddress(options, request));
    const { actor } = proof;
    if (!isSafe(request.method) && isAmbientActor(actor) && !isSameOrigin(request, options.siteUrl())) {
      return sendProblem(
        reply,
        'cross-site',
        'With a cookie, or a token in a header of its own, only a page of this site may send this.',
      );
    }
    if (isStatic(actor)) logStaticToken(options, request, clientAddress(options, request));
    setActor(request, actor);
    return undefined;
  };
}

/** True for what a browser, or a proxy in front, sends by itself. */
function isAmbientActor({ via }: Actor): boolean {
  return via === 'session' || (via !== 'static-token' && isAmbient(via));
}

/** Who makes a request, by what it presents. */
export async function prove(options: AdminOptions, request: FastifyRequest): Promise<Proof> {
  const { rawHeaders } = request.raw;
  const bearer = bearerOf(firstOf(rawHeaders, 'authorization'));
  if (bearer !== undefined && isStaticToken(options, bearer)) return { ok: true, actor: staticActor };
  const own = bearer === undefined ? sessionToken(options, request) : undefined;
  const session = own === undefined ? undefined : await proveToken(options, own);
  if (session?.ok === true) return { ok: true, actor: { ...session.actor, via: 'session' } };
  const principal = await options.authenticate(rawHeaders);
  const actor = actorFrom(principal);
  if (actor !== undefined) return { ok: true, actor };
  // What was brought for this very door and proves nothing says more than who else is signed in.
  if (session !== undefined) return { ok: false, principal: session.principal };
  const isStranger = principal.kind === 'anonymous' && bearer !== undefined;
  return { ok: false, principal: isStranger ? { kind: 'refused', reason: 'token-invalid' } : principal };
}

/** Who a token names that was pasted, or kept from a paste. */
export async function proveToken(options: AdminOptions, token: string): Promise<Proof> {
  if (isStaticToken(options, token)) return { ok: true, actor: staticActor };
  if (!isTokenText(token)) return { ok: false, principal: { kind: 'refused', reason: 'token-invalid' } };
  const { principal } = await presentToken(options, token);
  const actor = actorFrom(principal, 'session');
  return actor === undefined ? { ok: false, principal } : { ok: true, actor };
}

function bearerOf(authorization: string | undefined): string | undefined {
  return /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
}

/** Digests of equal length: the comparison tells nothing about the token, not even how long it is. */
function isStaticToken(options: AdminOptions, text: string): boolean {
  const token = options.staticToken();
  if (token === undefined || token.length === 0) return false;
  const digest = (data: string | Uint8Array): Buffer => createHash('sha256').update(data).digest();
  return timingSafeEqual(digest(text), digest(token));
}

export function logStaticToken(options: AdminOptions, request: FastifyRequest, address: string): void {
  const { method, id: requestId } = request;
  const from = options.shownAddress(address);
  options.log.warn({ method, path: request.url.split('?')[0], from, requestId }, 'static admin token used');
  const network = from === address ? undefined : networkAt(from);
  options.alerts.staticToken(network ?? from, method);
}

/** How long the address that asks has to wait; never by one that is not known, which many may share. */
export function blockedForMs(options: AdminOptions, request: FastifyRequest): number {
  const address = knownAddress(options, request);
  return address === undefined ? 0 : options.failures.blockedForMs(address);
}

export function sendBlocked(reply: FastifyReply, blockedMs: number): FastifyReply {
  const headers = { 'retry-after': String(Math.ceil(blockedMs / 1000)) };
  return sendProblem(reply, 'rate-limited', 'Too many sign-ins failed from your address.', { headers });
}

/** True for what could be a try; an expired or revoked token was somebody's, and a page left open sends it on. */
function isGuess(reason: BearerReason): boolean {
  return reason === 'token-invalid' || reason === 'token-foreign';
}

/** Answers somebody who may manage nothing, and counts it where they tried with a bad credential. */
export function refuse(
  options: AdminOptions,
  reply: FastifyReply,
  principal: Principal,
  /** Undefined where it is not known: nobody is held up for what came from somewhere. */
  address: string | undefined,
): FastifyReply {
  const failed = (): void => {
    if (address !== undefined) options.failures.failed(address);
  };
  const login = options.loginUrl();
  const headers = { 'www-authenticate': 'Bearer' };
  switch (principal.kind) {
    case 'known':
      return sendProblem(reply, 'not-admin', 'You are signed in, but manage nothing here.', { login });
    case 'undetermined': {
      const detail = 'It cannot be known now whether your sign-in is valid.';
      return sendProblem(reply, principal.reason, detail, { headers: { 'retry-after': '2' } });
    }
    case 'anonymous':
      if (principal.reason === 'session-invalid') failed();
      return sendProblem(reply, principal.reason, 'Sign in as an admin.', { headers, login });
    case 'refused':
      if (isGuess(principal.reason)) failed();
      return sendProblem(reply, principal.reason, 'The token proves nothing here.', { headers, login });
  }
}
