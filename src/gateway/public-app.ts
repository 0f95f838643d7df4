import Fastify, { type FastifyInstance } from 'fastify';
import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { originForm } from '../reading/target.ts';
import type { ExchangeShare } from './guarded-request.ts';
import type { Closing } from './closing.ts';
import type { Connections } from './connections.ts';
import type { Enforcer } from './enforce.ts';
import type { Failures } from './failures.ts';
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
  readonly failures: Failures;
  readonly guard: Guard;
  readonly closing: Closing;
}

/** The Fastify instance behind the door: the guard at its root, our own server under it. */
export function createApp(parts: AppParts): FastifyInstance {
  const app = Fastify({
    logger: false,
    serverFactory: (handler) => createServer(parts, handler),
    clientErrorHandler: (error, socket) => answerClientError(parts.failures, error, socket),
    // The router sees one path for everything but the gateway's own prefix; the guard sees the target as it came.
    rewriteUrl: ({ url = '' }) => (isReserved(originForm(url)) ? originForm(url) : '/'),
    return503OnClosing: false,
    // The guard names what it judges; only what it hands on is named here.
    genReqId: ({ url }) => (url === '/' ? '' : newRequestId()),
    // The id of a bot has up to 128 characters, each of which may come percent-encoded.
    routerOptions: { maxParamLength: 512 },
    frameworkErrors: (_error, request, reply) => {
      reply.hijack();
      sendRefusal(
        reply.raw,
        parts.share.own.problem(request.raw, 'bad-request', 'no URL that can be routed'),
      );
    },
  });
  app.addHook('onRequest', parts.guard);
  registerReserved(app, parts.deps, parts.enforcer);
  return app;
}

function createServer(parts: AppParts, handler: (request: never, response: never) => void): Server {
  const { options, connections, failures, share, closing } = parts;
  const { limits } = options;
  // Node's request listener, whose types Fastify leaves open.
  const serve = handler as (...pair: unknown[]) => void;
  const upgrade = (readAgain: (socket: Duplex) => void) =>
    createUpgradeHandler({
      limits,
      websockets: options.upstream.websockets,
      own: share.own,
      isBusy: (socket) => messageOn(socket) !== undefined,
      serve,
      readAgain,
    });
  const server = createPublicServer(serve, { limits, connections, failures, upgrade });
  closing.watch(server);
  return server;
}
