import Fastify, { type FastifyInstance } from 'fastify';
import type { Server } from 'node:http';
import { originForm } from '../reading/target.ts';
import type { ExchangeShare } from './asked.ts';
import type { Closing } from './closing.ts';
import type { Connections } from './connections.ts';
import type { Enforcer } from './enforce.ts';
import type { Guard } from './guard.ts';
import type { GatewayDeps, GatewayOptions } from './options.ts';
import { newRequestId } from './request-id.ts';
import { sendRefusal } from './refusal.ts';
import { registerReserved } from './reserved.ts';
import { answerClientError, createPublicServer, messageOn } from './server.ts';
import { isReserved } from './target-form.ts';
import { createUpgradeHandler } from './websocket.ts';

export interface AppParts {
  readonly options: GatewayOptions;
  readonly deps: GatewayDeps;
  readonly enforcer: Enforcer;
  readonly connections: Connections;
  readonly share: ExchangeShare;
  readonly guard: Guard;
  readonly closing: Closing;
}

/** The Fastify instance behind the door: the guard at its root, our own server under it. */
export function createApp(parts: AppParts): FastifyInstance {
  const app = Fastify({
    logger: false,
    serverFactory: (handler) => createServer(parts, handler),
    clientErrorHandler: answerClientError,
    // The router sees one path for everything but the gateway's own prefix; the guard sees the target as it came.
    rewriteUrl: ({ url = '' }) => (isReserved(originForm(url)) ? originForm(url) : '/'),
    return503OnClosing: false,
    // The guard names what it judges; only what it hands on is named here.
    genReqId: ({ url }) => (url === '/' ? '' : newRequestId()),
    // The id of a bot has up to 128 characters, each of which may come percent-encoded.
    routerOptions: { maxParamLength: 512 },
    frameworkErrors: (_error, request, reply) => {
      reply.hijack();
      sendRefusal(reply.raw, parts.enforcer.problem(request.raw, 'bad-request', newRequestId()));
    },
  });
  app.addHook('onRequest', (request, reply, done) => parts.guard.guard(request, reply, done));
  registerReserved(app, parts.deps, parts.enforcer);
  return app;
}

function createServer(parts: AppParts, handler: (request: never, response: never) => void): Server {
  const { options, deps, enforcer, connections, share, guard, closing } = parts;
  // Node's request listener, whose types Fastify leaves open.
  const serve = handler as (...pair: unknown[]) => void;
  const upgrade = createUpgradeHandler({
    options,
    upstreamHost: share.upstreamHost,
    enforcer,
    longAnswers: share.longAnswers,
    settings: () => deps.settings(),
    inspect: guard.inspect,
    isBusy: (socket) => messageOn(socket) !== undefined,
    ask: guard.ask,
    onAccess: (answer, request, requestId, code) =>
      deps.onAccess(answer, { requestId, method: request.method ?? '', code }),
    serve,
  });
  const server = createPublicServer(serve, { limits: options.limits, connections, upgrade });
  closing.watch(server);
  return server;
}
