import type { FastifyReply, FastifyRequest } from 'fastify';
import { actorOf, isStatic } from './actor.ts';
import type { Actor } from './actor.ts';
import * as Type from '../json-schema.ts';
import { ApiAnswers } from './answers.ts';
import type { ApiAnswer } from './answers.ts';
import { clientAddress, knownAddress, locate } from './client.ts';
import { blockedForMs, logStaticToken, proveToken, refuse, sendBlocked } from './guard.ts';
import type { AdminApp, AdminOptions } from './options.ts';
import { sendProblem } from './problem.ts';
import { isSameOrigin } from './same-origin.ts';
import { NoQuery, SessionBody } from './schemas.ts';
import { sendNotYours } from './scope.ts';
import { closeSession, openSession } from './session.ts';

export function meRoutes(app: AdminApp, options: AdminOptions): void {
  const schema = {
    summary: 'Who the gateway takes you for',
    querystring: NoQuery,
    response: { 200: ApiAnswers.me },
  };
  app.get('/me', { schema }, async (request) => {
    return {
      ...viewActor(actorOf(request)),
      ...viewPlace(options, request),
      defaults: { ...options.defaults() },
    };
  });

  const replicasSchema = {
    summary: 'Every gateway and what it serves',
    querystring: NoQuery,
    response: { 200: ApiAnswers.replicas },
  };
  app.get('/replicas', { schema: replicasSchema }, async (request, reply) => {
    if (!actorOf(request).superAdmin) return sendNotYours(reply);
    return { replicas: [...(await options.store.replicas())], store: options.store.status() };
  });
}

/** The calls that bring and end a session, outside the guard. */
export function sessionRoutes(app: AdminApp, options: AdminOptions): void {
  const openSchema = {
    summary: 'Keep a token in a cookie of this door',
    body: SessionBody,
    response: { 200: ApiAnswers.session },
  };
  app.post('/session', { schema: openSchema, onRequest: ownPagesOnly(options) }, async (request, reply) => {
    const proof = await proveToken(options, request.body.token);
    if (!proof.ok) return refuse(options, reply, proof.principal, knownAddress(options, request));
    if (isStatic(proof.actor)) logStaticToken(options, request, clientAddress(options, request));
    openSession(options, reply, request.body.token, proof.actor.expiresAtMs);
    return reply.send(viewActor(proof.actor));
  });

  const closeSchema = {
    summary: 'End the session of this door',
    response: { 204: Type.Null({ description: 'Ended.' }) },
  };
  app.delete(
    '/session',
    { schema: closeSchema, onRequest: ownPagesOnly(options) },
    async (_request, reply) => {
      closeSession(options, reply);
      return reply.code(204).send(null);
    },
  );
}

/** Another site's page must not sign anybody in or out, and nobody may try tokens without end. */
function ownPagesOnly(options: AdminOptions) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const blockedMs = blockedForMs(options, request);
    if (blockedMs > 0) return sendBlocked(reply, blockedMs);
    if (isSameOrigin(request, options.siteUrl())) return undefined;
    return sendProblem(reply, 'cross-site', 'Only a page of this site may send this.');
  };
}

function viewActor(actor: Actor): ApiAnswer<'session'> {
  const { via, issuer, subject, expiresAtMs, superAdmin, ownedBots } = actor;
  return {
    principal: {
      kind: isStatic(actor) ? 'static-token' : 'known',
      ...(issuer === undefined ? {} : { issuer }),
      subject,
    },
    via,
    superAdmin,
    ownedBots: [...ownedBots].sort(),
    ...(expiresAtMs === undefined ? {} : { expiresAt: new Date(expiresAtMs).toISOString() }),
  };
}

function viewPlace(
  options: AdminOptions,
  request: FastifyRequest,
): Omit<ApiAnswer<'me'>, 'defaults' | keyof ApiAnswer<'session'>> {
  const { client, hops } = locate(options, request);
  return {
    door: options.door,
    remoteIp: options.peerOf(request.raw).address,
    clientIpStatus: client.status,
    ...(client.status === 'unknown' ? { why: client.why } : { clientIp: client.address }),
    hops: [...hops],
  };
}
