import type { FastifyInstance } from 'fastify';
import type { Socket } from 'node:net';
import { createLeases } from '../access/leases.ts';
import type { Peer } from '../access/question.ts';
import { createApp } from './public-app.ts';
import type { ExchangeShare } from './guarded-request.ts';
import type { Watching } from './canaries/watched.ts';
import { createClosing, type Closing } from './closing.ts';
import { createConnections } from './connections.ts';
import { createEnforcer } from './enforce.ts';
import { createFailures } from './failures.ts';
import { registerProxy } from './forward.ts';
import { createGuard } from './guard.ts';
import { createLoginLoop } from './login-loop.ts';
import type { GatewayDeps, GatewayOptions } from './options.ts';
import { mayOpen } from './origin-check.ts';
import { createOwnAnswers, type OwnAnswers } from './own-answers.ts';
import { createPageRetries } from './page-retries.ts';
import { createStreams } from './streams.ts';
import { createUpstream, type UpstreamHealth } from './upstream.ts';

export type { Ended } from './guarded-request.ts';
export type { UpstreamHealth } from './upstream.ts';
export type {
  Access,
  GatewayDeps,
  GatewayOptions,
  GatewaySettings,
  HostileLimiter,
  OnPassed,
} from './options.ts';

/** The public door. */
export interface Gateway {
  readonly app: FastifyInstance;
  /** Resolves with the URL that it listens on. */
  listen(): Promise<string>;
  /** Who holds the other end: by the PROXY protocol, where it is configured. */
  peerOf(socket: Socket): Peer;
  stats(): GatewayStats;
  /** Asks about everything under way again: what is judged by was swapped. */
  reconsider(): void;
  /** Answers go on, and each ends its connection: for the time in which a balancer learns that this door closes. */
  drain(): void;
  /** Takes no new connections; what is in flight gets `drainMs`, then it is broken off. */
  close(drainMs: number): Promise<void>;
}

export interface GatewayStats {
  readonly connections: number;
  /** Answers under way and tunnels. */
  readonly streams: number;
  /** Grants of guarded requests that are in use. */
  readonly leases: number;
  /** Requests that wait for the head of their answer, and those that wait for their turn. */
  readonly upstreamRunning: number;
  readonly upstreamWaiting: number;
  readonly upstream: UpstreamHealth;
  /** What failed, by code. */
  readonly failures: ReadonlyMap<string, number>;
}

/** Builds the public door; it takes no request before `listen`. */
export function createGateway(options: GatewayOptions, deps: GatewayDeps): Gateway {
  const { limits } = options;
  const closing = createClosing();
  const failures = createFailures(deps.log);
  const loop = createLoginLoop(() => performance.now());
  const retries = createPageRetries(() => performance.now());
  const enforcer = createEnforcer({ settings: () => deps.settings(), loop, retries, hostile: deps.hostile });
  const share = createShare(options, deps, closing, createOwnAnswers(deps, enforcer, failures));
  const { leases, streams, upstream } = share;
  const connections = createConnections({
    limits,
    usesProxyProtocol: () => options.usesProxyProtocol(),
    isTrustedPeer: (peer) => deps.isTrustedPeer(peer),
    failures,
  });
  const peerOf = (socket: Socket): Peer => connections.peerOf(socket);
  const guard = createGuard({ deps, limits, share, peerOf });
  const app = createApp({ options, deps, enforcer, connections, share, failures, guard, closing });
  registerProxy(app, options.upstream.url);
  return {
    app,
    peerOf,
    listen: () => app.listen({ host: options.host, port: options.port }),
    stats: () => ({
      connections: connections.size,
      streams: streams.running,
      leases: leases.size,
      upstreamRunning: upstream.slots.running,
      upstreamWaiting: upstream.slots.waiting,
      upstream: upstream.health,
      failures: failures.read(),
    }),
    reconsider: () => leases.reconsider(),
    drain: () => closing.begin(),
    close: (drainMs) => closing.close({ app, leases, connections, upstream, drainMs }),
  };
}

function createShare(
  { upstream: options, limits, websockets }: GatewayOptions,
  deps: GatewayDeps,
  closing: Closing,
  own: OwnAnswers,
): ExchangeShare {
  const upstream = createUpstream(options);
  return {
    upstream,
    streams: createStreams(options),
    own,
    upstreamHost: options.host === 'upstream' ? upstream.host : undefined,
    bodyTimeoutMs: limits.bodyTimeoutMs,
    sendTimeoutMs: limits.sendTimeoutMs,
    tunnelIdleMs: websockets.idleTimeoutMs,
    messageBytes: limits.inspectedBodyBytes,
    authorize: deps.authorize,
    isClosing: () => closing.hasBegun,
    leases: createLeases({
      authorize: deps.authorize,
      accepts: (question, answer) => mayOpen(question, answer, deps.settings().publicUrl, websockets.origins),
      subscribe: (listener) => deps.subscribe(listener),
    }),
    settings: () => deps.settings(),
    onHead({ requestId, question, startMs }, answer, status, upstreamMs) {
      const { method } = question;
      const durationMs = performance.now() - startMs;
      const code = answer.decision.reason;
      deps.onAccess(answer, { requestId, method, code, status, upstreamMs, durationMs });
      if (answer.resource.kind === 'other') deps.onUnguarded?.(answer, question, status);
    },
    onCall: tellCalls(deps),
    assertion: deps.assertion,
    onPassed: deps.onPassed,
    watching: watchingOf(deps),
    onEnded: (answer, ended) => deps.onEnded(answer, ended),
    observeUpstream: deps.observe && ((seconds) => deps.observe?.upstream(seconds)),
  };
}

function tellCalls({ onAccess }: GatewayDeps): ExchangeShare['onCall'] {
  return (requestId, answer, durationMs) =>
    onAccess(answer, { requestId, method: 'GET', code: answer.decision.reason, durationMs });
}

function watchingOf({ settings, canarySink: sink }: GatewayDeps): ExchangeShare['watching'] {
  if (sink === undefined) return undefined;
  let made: Watching | undefined;
  return () => {
    const { canaries } = settings();
    if (canaries === undefined) return undefined;
    if (made?.canaries !== canaries) made = { canaries, sink };
    return made;
  };
}
