import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import swagger from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyReply, FastifySchema } from 'fastify';
import { activityRoute } from './activity.ts';
import { streamRoute } from './activity-stream.ts';
import { summaryRoute } from './activity-summary.ts';
import { lookupRoute } from './lookup.ts';
import { accessReportRoute } from './reports/access.ts';
import { reviewReportRoute } from './reports/review.ts';
import { reviewRoute } from './review.ts';
import { alertRoutes } from './alerts.ts';
import { Problem } from './answers.ts';
import { auditRoute } from './audit.ts';
import { requireJson, takeJsonOnly } from './body.ts';
import { changeRoutes } from './changes.ts';
import { describedAs } from './description.ts';
import { explainRoutes } from './explain.ts';
import { forecastRoute } from './forecast-route.ts';
import { createAdminGuard } from './guard.ts';
import { identityRoute } from './identity.ts';
import { importRoute } from './import.ts';
import { meRoutes, sessionRoutes } from './me.ts';
import { watchMethods } from './methods.ts';
import type { AdminApp, AdminOptions } from './options.ts';
import { previewRoutes } from './previews.ts';
import { sendProblem } from './problem.ts';
import { ownPages } from './own-pages.ts';
import { readingsRoute } from './readings.ts';
import { refusalRoutes } from './refusals.ts';
import { rangeRoutes } from './ranges.ts';
import { safeChangeRoutes } from './safe-changes.ts';
import { restoreRoutes } from './restore.ts';
import { revocationRoutes } from './revocations.ts';
import { unguardedRoute } from './unguarded.ts';
import { createErrorHandler, createValidator } from './validation.ts';
import { settingsRoute, whitelistRoutes } from './whitelists.ts';

export type { AuditFindings } from './answers-audit.ts';
export { sendUnreadable } from './problem.ts';
export { backchannelPlugin, createLogoutCounts } from './backchannel-logout.ts';
export type { BackchannelOptions, LogoutCounts } from './backchannel-logout.ts';
export { createRecentBots } from './recent-bots.ts';
export type { AdminLog, AdminOptions, Located } from './options.ts';

/** Where the plugin belongs on either door. */
export const ADMIN_PREFIX = '/_gateway';

/** Bytes of a body, but for an import's. */
const BODY_LIMIT = 64 * 1024;

/** The admin API and the dashboard; registered under `ADMIN_PREFIX`. */
export async function adminPlugin(parent: FastifyInstance, options: AdminOptions): Promise<void> {
  const app: AdminApp = parent.withTypeProvider<TypeBoxTypeProvider>();
  await app.register(cookie);
  await app.register(helmet, ownPages);
  await app.register(swagger, describedAs);
  app.setErrorHandler(createErrorHandler(options.log));
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, 'not-found', 'There is nothing here.'));
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'cache-control': 'no-store', 'x-request-id': request.id });
  });
  app.get('/api/openapi.json', { schema: { hide: true } }, () => app.swagger());
  await app.register((scope) => mountApi(scope, options), { prefix: '/api/v1' });
  if (options.dashboard !== undefined) await app.register(options.dashboard);
}

/** Whatever else a call answers is a problem. */
function describeProblems(schema: FastifySchema): void {
  const content = { 'application/problem+json': { schema: Problem } };
  const others = { description: 'Nothing was done, and why.', content };
  schema.response = { ...(schema.response ?? {}), default: others };
}

/** The calls that only who manages something may make. */
const guardedRoutes = [
  whitelistRoutes,
  settingsRoute,
  rangeRoutes,
  reviewRoute,
  importRoute,
  changeRoutes,
  safeChangeRoutes,
  restoreRoutes,
  previewRoutes,
  revocationRoutes,
  explainRoutes,
  identityRoute,
  activityRoute,
  auditRoute,
  summaryRoute,
  streamRoute,
  refusalRoutes,
  lookupRoute,
  readingsRoute,
  accessReportRoute,
  reviewReportRoute,
  unguardedRoute,
  alertRoutes,
  forecastRoute,
  meRoutes,
];

async function mountApi(parent: FastifyInstance, options: AdminOptions): Promise<void> {
  const app: AdminApp = parent.withTypeProvider<TypeBoxTypeProvider>();
  takeJsonOnly(app);
  app.setValidatorCompiler(createValidator());
  // Schemas describe answers; what is sent is what the handlers made, whole.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.addHook('onRoute', (route) => {
    route.bodyLimit ??= BODY_LIMIT;
    if (route.schema !== undefined && route.schema.hide !== true) describeProblems(route.schema);
  });
  await app.register(async (open: AdminApp) => {
    open.addHook('preParsing', requireJson);
    const refuseOtherMethods = watchMethods(open);
    sessionRoutes(open, options);
    refuseOtherMethods();
  });
  await app.register(async (guarded: AdminApp) => {
    guarded.addHook('onRequest', createAdminGuard(options));
    // Before anything is asked of its body: what type a call takes is no matter where there is none.
    const noSuchCall = (reply: FastifyReply) => sendProblem(reply, 'not-found', 'There is no such call.');
    guarded.addHook('onRequest', async (request, reply) => (request.is404 ? noSuchCall(reply) : undefined));
    guarded.addHook('preParsing', requireJson);
    const refuseOtherMethods = watchMethods(guarded);
    guarded.setNotFoundHandler((_request, reply) => noSuchCall(reply));
    for (const mount of guardedRoutes) mount(guarded, options);
    refuseOtherMethods();
  });
}
