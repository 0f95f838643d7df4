import type { FastifyInstance } from 'fastify';
import type { Socket } from 'node:net';
import type { Peer } from '../access/question.ts';
import { createApp } from './app.ts';
import type { ExchangeShare } from './asked.ts';
import { createClosing, type Closing } from './closing.ts';
import { createConnections } from './connections.ts';
import { createEnforcer } from './enforce.ts';
import { createForwarding, failureCode, registerProxy } from './forward.ts';
import { createGuard } from './guard.ts';
import { createLongAnswers } from './long-answers.ts';
import { createLoginLoop } from './login-loop.ts';
import type { GatewayDeps, GatewayOptions } from './options.ts';
import { sendRefusal } from './refusal.ts';
import { createUpstream } from './upstream.ts';

export type { Access, GatewayDeps, GatewayOptions, GatewaySettings, HostileLimiter } from './options.ts';

/** The public door. */
export interface Gateway {
  readonly app: FastifyInstance;
  /** Resolves with the URL that it listens on. */
  listen(): Promise<string>;
  /** Who holds the other end: by the PROXY protocol, where it is configured. */
  peerOf(socket: Socket): Peer;
  stats(): GatewayStats;
  /** Answers go on, and each ends its connection: for the time in which a balancer learns that this door closes. */
  drain(): void;
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
  const closing = createClosing();
  const share = createShare(options, deps, closing);
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
  const app = createApp({ options, deps, enforcer, connections, share, guard, closing });
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
    drain: () => closing.begin(),
    close: (drainMs) => closing.close({ app, longAnswers, connections, upstream, drainMs }),
  };
}

function createShare(
  { upstream: options, limits }: GatewayOptions,
  deps: GatewayDeps,
  closing: Closing,
): ExchangeShare {
  const upstream = createUpstream(options);
  return {
    upstream,
    upstreamHost: options.host === 'upstream' ? upstream.host : undefined,
    bodyTimeoutMs: limits.bodyTimeoutMs,
    isClosing: () => closing.hasBegun,
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
