import Fastify, { type FastifyInstance } from 'fastify';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Peer } from '../access/question.ts';
import { createConnections, type Connections } from './connections.ts';
import { createEnforcer, type Enforcer } from './enforce.ts';
import type { ExchangeShare } from './asked.ts';
import { createForwarding, failureCode, registerProxy } from './forward.ts';
import { createGuard, type Guard } from './guard.ts';
import { createLongAnswers } from './long-answers.ts';
import { createLoginLoop } from './login-loop.ts';
import type { GatewayDeps, GatewayOptions } from './options.ts';
import { sendRefusal } from './refusal.ts';
import { newRequestId } from './request-id.ts';
import { registerReserved } from './reserved.ts';
import { answerClientError, createPublicServer, messageOn } from './server.ts';
import { originForm } from '../reading/target.ts';
import { isReserved } from './target-form.ts';
import { createUpstream } from './upstream.ts';
import { createUpgradeHandler } from './websocket.ts';

export type { Access, GatewayDeps, GatewayOptions, GatewaySettings, HostileLimiter } from './options.ts';

/** The public door. */
export interface Gateway {
  readonly app: FastifyInstance;
  /** Resolves with the URL that it listens on. */
  listen(): Promise<string>;
  /** Who holds the other end: by the PROXY protocol, where it is configured. */
  peerOf(socket: Socket): Peer;
  stats(): GatewayStats;
  /** Takes no new connections; what is in flight gets `drainMs`, then it is broken off. */
  close(drainMs: number): Promise<void>;
}

export interface GatewayStats {
  readonly connections: number;
  readonly tunnelsAndStreams: number;
  readonly upstreamRunning: number;
  readonly upstreamWaiting: number;
}

/** Builds the public door; it takes no request before `listen`. */
export function createGateway(options: GatewayOptions, deps: GatewayDeps): Gateway {
  const { limits, proxyProtocol } = options;
  const share = createShare(options, deps);
  const { longAnswers, upstream } = share;
  const connections = createConnections({
    limits,
    proxyProtocol,
    isTrustedPeer: (peer) => deps.isTrustedPeer(peer),
  });
  const loop = createLoginLoop(() => performance.now());
  const enforcer = createEnforcer({ settings: () => deps.settings(), loop, hostile: deps.hostile });
  const forward = createForwarding((request, response, failure, requestId) =>
    sendRefusal(response, enforcer.problem(request.raw, failureCode(failure), requestId)),
  );
  const guard = createGuard({
    deps,
    limits,
    enforcer,
    share,
    forward,
    peerOf: (socket) => connections.peerOf(socket),
  });
  const app = createApp({ options, deps, enforcer, connections, share, guard });
  registerProxy(app, options.upstream.url);
  return {
    app,
    peerOf: (socket) => connections.peerOf(socket),
    listen: () => app.listen({ host: options.host, port: options.port }),
    stats: () => ({
      connections: connections.size,
      tunnelsAndStreams: longAnswers.size,
      upstreamRunning: upstream.slots.running,
      upstreamWaiting: upstream.slots.waiting,
    }),
    close: (drainMs) => drain(app, share, connections, drainMs),
  };
}

async function drain(
  app: FastifyInstance,
  { longAnswers, upstream }: ExchangeShare,
  connections: Connections,
  drainMs: number,
): Promise<void> {
  const breakOff = (): void => {
    longAnswers.endAll();
    connections.endAll();
  };
  const timer = setTimeout(breakOff, drainMs);
  await app.close();
  clearTimeout(timer);
  longAnswers.close();
  await upstream.connections.close();
}

function createShare({ upstream: options, limits }: GatewayOptions, deps: GatewayDeps): ExchangeShare {
  const upstream = createUpstream(options);
  return {
    upstream,
    upstreamHost: options.host === 'upstream' ? upstream.host : undefined,
    bodyTimeoutMs: limits.bodyTimeoutMs,
    longAnswers: createLongAnswers(
      deps.authorize,
      (listener) => deps.subscribe(listener),
      ({ question }, reason) =>
        deps.log.info({ reason, upgrade: question.upgrade }, 'a long answer was ended'),
    ),
    settings: () => deps.settings(),
    observeUpstream: deps.observe && ((seconds) => deps.observe?.upstream(seconds)),
  };
}

interface AppParts {
  readonly options: GatewayOptions;
  readonly deps: GatewayDeps;
  readonly enforcer: Enforcer;
  readonly connections: Connections;
  readonly share: ExchangeShare;
  readonly guard: Guard;
}

function createApp({ options, deps, enforcer, connections, share, guard }: AppParts): FastifyInstance {
  const serverFactory = (handler: (request: never, response: never) => void): Server => {
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
    return createPublicServer(serve, { limits: options.limits, connections, upgrade });
  };
  const app = Fastify({
    logger: false,
    serverFactory,
    clientErrorHandler: answerClientError,
    // The router sees one path for everything but the gateway's own prefix; the guard sees the target as it came.
    rewriteUrl: ({ url = '' }) => (isReserved(originForm(url)) ? originForm(url) : '/'),
    return503OnClosing: false,
    // The guard names what it judges; only what it hands on is named here.
    genReqId: ({ url }) => (url === '/' ? '' : newRequestId()),
    // The id of a bot has up to 128 characters, each of which may come percent-encoded.
    routerOptions: { maxParamLength: 512 },
  });
  app.addHook('onRequest', (request, reply, done) => guard.guard(request, reply, done));
  registerReserved(app, deps, enforcer);
  return app;
}
