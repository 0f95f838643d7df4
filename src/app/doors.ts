import { randomUUID } from 'node:crypto';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Answer, Authorize } from '../access/question.ts';
import { createRecorded } from '../access/recorded.ts';
import type { Activity } from '../activity/activity.ts';
import {
  ADMIN_PREFIX,
  adminPlugin,
  backchannelPlugin,
  sendUnreadable,
  type AdminOptions,
  type LogoutCounts,
} from '../admin/index.ts';
import {
  createAccessLog,
  type AccessLogOptions,
  type KeptFields,
  type LogSink,
} from '../audit/access-log.ts';
import type { Counters } from '../audit/counters.ts';
import type { StartOptions } from '../config/index.ts';
import {
  createGateway,
  type Access,
  type Ended,
  type GatewayDeps,
  type Gateway,
  type OnPassed,
} from '../gateway/index.ts';
import { healthPlugin, readiness, type HealthSources } from '../ops/health.ts';
import { metricsPlugin, type Durations, type MetricsSource } from '../ops/metrics.ts';
import type { LivePolicy } from '../policy-store/live/live-policy.ts';
import { isTrustedPeer } from '../reading/forwarded.ts';
import type { Asserting } from './assertion.ts';
import { backchannelOf } from './backchannel.ts';
import { shownBy } from './hash-key.ts';
import { hostileOf, type Limits } from './limits.ts';
import type { Ruling } from './rules.ts';
import type { UnguardedWatch } from './unguarded.ts';

type AdminParts = Omit<AdminOptions, 'door' | 'peerOf'>;

export interface PublicDoorParts {
  readonly start: StartOptions;
  readonly ruling: () => Ruling;
  readonly authorize: Authorize;
  readonly onPassed: OnPassed;
  readonly live: LivePolicy;
  readonly counters: Counters;
  readonly logouts: LogoutCounts;
  readonly durations: Durations;
  readonly health: HealthSources;
  /** Undefined: nothing is managed here. */
  readonly admin: AdminParts | undefined;
  readonly recentBots: AdminParts['recentBots'];
  readonly limits: Limits;
  readonly asserting: Asserting | undefined;
  readonly activity: Pick<Activity, 'record' | 'hasRoom'> | undefined;
  readonly unguarded: Pick<UnguardedWatch, 'canarySink' | 'onUnguarded'>;
  readonly log: Logger;
  /** Where the line of each request goes. */
  readonly lines: LogSink;
  /** False while a line would be lost. */
  hasRoom(): boolean;
}

/** The door that visitors use. */
export function createPublicDoor(parts: PublicDoorParts): Gateway {
  const { start, ruling, live, health, activity, log } = parts;
  const hostile = hostileOf(parts.limits);
  const mustRecord = (): boolean => ruling().config.log.whenFull === 'refuse';
  const canRecord = (): boolean => parts.hasRoom() && activity?.hasRoom() !== false;
  const { upstream, websockets, limits } = start;
  const gateway: Gateway = createGateway(
    {
      host: start.public.host,
      port: start.public.port,
      upstream,
      websockets,
      limits,
      usesProxyProtocol: () => ruling().config.trustedProxies?.source === 'proxy-protocol',
    },
    {
      authorize: createRecorded(parts.authorize, mustRecord, canRecord),
      settings: () => ruling().settings,
      isTrustedPeer: (address) => isTrustedPeer(ruling().rules.trust, address),
      onPassed: parts.onPassed,
      canarySink: parts.unguarded.canarySink,
      onUnguarded: parts.unguarded.onUnguarded,
      onAccess: record(parts),
      onEnded: (answer, ended) => logEnded(log, answer, ended),
      observe: parts.durations,
      subscribe: (listener) => live.subscribe(listener),
      isReady: () => readiness(health).ready,
      log,
      ...assertingOf(parts.asserting),
      ...pluginsOf(parts, ({ socket }) => gateway.peerOf(socket)),
      ...(hostile && { hostile }),
    },
  );
  return gateway;
}

function assertingOf(asserting: Asserting | undefined): Pick<GatewayDeps, 'assertion' | 'jwks'> {
  if (asserting === undefined) return {};
  return { assertion: asserting.assertion, jwks: () => ({ keys: asserting.keys.published() }) };
}

type Plugins = Pick<GatewayDeps, 'ownPlugin' | 'adminPlugin'>;

/** What stands under the gateway's own prefix. */
function pluginsOf(parts: PublicDoorParts, peerOf: AdminOptions['peerOf']): Plugins {
  const { admin, start } = parts;
  if (admin === undefined) return {};
  const ownPlugin: Plugins['ownPlugin'] = async (app) => {
    await app.register(backchannelPlugin, backchannelOf({ ...parts, admin }, peerOf));
  };
  if (!start.admin.public) return { ownPlugin };
  const adminDoor: Plugins['adminPlugin'] = async (app) => {
    const options: AdminOptions = { ...admin, door: 'public', peerOf };
    await app.register(adminPlugin, options);
  };
  return { ownPlugin, adminPlugin: adminDoor };
}

function record(parts: PublicDoorParts): (answer: Answer, access: Access) => void {
  const { activity, recentBots, counters, lines, ruling, start } = parts;
  const keep = activity && ((fields: KeptFields) => activity.record(fields));
  const shown = shownBy(() => ruling().config.log, start.store);
  const make = (options: AccessLogOptions) => ({ options, write: createAccessLog(lines, options, keep) });
  let made = make(shown());
  return (answer, access) => {
    const options = shown();
    if (made.options !== options) made = make(options);
    const refusal = access.code === answer.decision.reason ? undefined : access.code;
    counters.count(refusal === undefined ? answer.decision.outcome : 'deny', access.code, answer.enforced);
    if (answer.resource.kind !== 'other') {
      counters.client(answer.client.status, answer.forwarding.untrustedHeader === true);
    }
    const passed = answer.decision.outcome === 'forward' || !answer.enforced;
    if (answer.resource.kind === 'transcript' && passed) recentBots.note(answer.resource.bot);
    const { requestId, method, status, upstreamMs, durationMs } = access;
    made.write({ answer, requestId, method, refusal, status, upstreamMs, durationMs });
  };
}

/** The second line of what went on for longer; of what is not guarded it is for those who look closely. */
function logEnded(log: Logger, { resource }: Answer, ended: Ended): void {
  const level = resource.kind === 'other' ? 'debug' : 'info';
  log[level]({ ...ended, durationMs: Math.round(ended.durationMs) }, 'ended');
}

/** The door for operators: health, metrics, admin API and dashboard. */
export async function createPrivateDoor(
  health: HealthSources,
  metrics: MetricsSource,
  admin: AdminParts,
): Promise<FastifyInstance> {
  const app = Fastify({
    logger: false,
    forceCloseConnections: true,
    frameworkErrors: sendUnreadable,
    genReqId: () => randomUUID(),
    // The id of a bot has up to 128 characters, each of which may come percent-encoded.
    routerOptions: { maxParamLength: 512 },
  });
  // Who opens the bare door looks for the dashboard.
  app.get('/', async (_request, reply) => reply.redirect(`${ADMIN_PREFIX}/`, 302));
  await app.register(healthPlugin, health);
  await app.register(metricsPlugin, metrics);
  const options: AdminOptions = {
    ...admin,
    door: 'private',
    // The login page is the site's, and its session comes back to the site.
    loginUrl: () => undefined,
    peerOf: ({ socket }) => ({ address: socket.remoteAddress ?? '' }),
  };
  await app.register(adminPlugin, { prefix: ADMIN_PREFIX, ...options });
  return app;
}
