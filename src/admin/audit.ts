import { actorOf } from './actor.ts';
import { ApiAnswers } from './answers.ts';
import type { AdminApp, AdminOptions } from './options.ts';
import { sendProblem } from './problem.ts';
import { AuditBody } from './schemas.ts';
import { sendNotYours } from './scope.ts';

/** Some thousand digests. */
const BODY_LIMIT = 8 * 1024 * 1024;

/** Whether what was recorded is what was written: the super admin's. */
export function auditRoute(app: AdminApp, { audit, log }: AdminOptions): void {
  app.post('/audit/verify', schema, async (request, reply) => {
    if (!actorOf(request).superAdmin) return sendNotYours(reply);
    try {
      return await audit(request.body.digests ?? []);
    } catch (error) {
      log.warn({ err: error, requestId: request.id }, 'the records cannot be verified');
      return sendProblem(reply, 'store-unavailable', 'The records cannot be read; the log says why.');
    }
  });
}

const schema = {
  bodyLimit: BODY_LIMIT,
  schema: {
    summary: 'Whether the log of changes and the record of decisions are as they were written',
    body: AuditBody,
    response: { 200: ApiAnswers.audit },
  },
};
