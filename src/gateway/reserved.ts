import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { newRequestId } from './request-id.ts';
import type { Enforcer } from './enforce.ts';
import type { GatewayDeps } from './options.ts';
import { sendRefusal } from './refusal.ts';
import { reservedPrefix } from './target-form.ts';
import { returnRoute, sendBack } from './way-back.ts';

/** What the gateway answers itself under its prefix: health without a body, the admin plugin where it is mounted. */
export function registerReserved(app: FastifyInstance, deps: GatewayDeps, enforcer: Enforcer): void {
  const notFound = (request: FastifyRequest, reply: FastifyReply): void => {
    reply.hijack();
    sendRefusal(reply.raw, enforcer.problem(request.raw, 'not-found', newRequestId()));
  };
  app.get(`${reservedPrefix}/healthz`, (_request, reply) => empty(reply, 200));
  app.get(`${reservedPrefix}/readyz`, (_request, reply) => empty(reply, deps.isReady() ? 200 : 503));
  const { jwks } = deps;
  if (jwks !== undefined)
    app.get(`${reservedPrefix}/jwks.json`, (_request, reply) =>
      reply
        .header('cache-control', 'public, max-age=300')
        .type('application/jwk-set+json')
        .send(JSON.stringify(jwks())),
    );
  app.get<{ Params: { id: string } }>(returnRoute, (request, reply) => {
    if (!sendBack(request, reply)) notFound(request, reply);
  });
  if (deps.ownPlugin !== undefined) app.register(deps.ownPlugin, { prefix: reservedPrefix });
  if (deps.adminPlugin !== undefined) app.register(deps.adminPlugin, { prefix: reservedPrefix });
  app.setNotFoundHandler(notFound);
}

function empty(reply: FastifyReply, status: number): FastifyReply {
  return reply.code(status).header('cache-control', 'no-store').header('x-request-id', newRequestId()).send();
}
