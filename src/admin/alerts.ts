import { isTaken } from '../alerts/webhook.ts';
import { actorOf } from './actor.ts';
import { ApiAnswers } from './answers.ts';
import type { AdminApp, AdminOptions } from './options.ts';
import { NoBody, NoQuery } from './schemas.ts';
import { sendNotYours } from './scope.ts';

/** Alerts are of the whole site: the super admin's. */
export function alertRoutes(app: AdminApp, { alerts }: AdminOptions): void {
  app.get('/alerts', listSchema, async (request, reply) => {
    if (!actorOf(request).superAdmin) return sendNotYours(reply);
    return {
      configured: alerts.isOn(),
      alerts: [...(await alerts.recent())],
      receivers: [...alerts.receivers()],
    };
  });

  app.post('/alerts/test', testSchema, async (request, reply) => {
    if (!actorOf(request).superAdmin) return sendNotYours(reply);
    const tested = await alerts.test();
    const receivers = tested.map(({ retryAfterMs: _wish, ...one }) => ({ ...one, ok: isTaken(one) }));
    return { receivers };
  });
}

const listSchema = {
  schema: {
    summary: 'The newest alerts, and who is told of them',
    querystring: NoQuery,
    response: { 200: ApiAnswers.alerts },
  },
};
const testSchema = {
  schema: {
    summary: 'Send every receiver an alert that says that it is a test, and say what it answered',
    querystring: NoQuery,
    body: NoBody,
    response: { 200: ApiAnswers.alertTest },
  },
};
