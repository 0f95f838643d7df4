import type { ApiAnswer } from './answers.ts';
import { ApiAnswers } from './answers.ts';
import { fromRecord, NO_RECORD, timeOf } from './activity.ts';
import { actorOf } from './actor.ts';
import { instantOf, NO_TIME } from './change-search.ts';
import type { AdminApp, AdminOptions } from './options.ts';
import { sendProblem } from './problem.ts';
import { ReadingsQuery } from './restore-schemas.ts';
import { sendNotYours } from './scope.ts';

const DEFAULT_LIMIT = 50;

type Reading = ApiAnswer<'readings'>['readings'][number];

/** Who read what was decided: the super admin's, since owners read of each other's people what is nobody's business. */
export function readingsRoute(app: AdminApp, options: AdminOptions): void {
  app.get('/readings', schema, async (request, reply) => {
    if (!actorOf(request).superAdmin) return sendNotYours(reply);
    const { activity } = options;
    if (activity === undefined) return sendProblem(reply, 'not-found', NO_RECORD);
    const { limit = DEFAULT_LIMIT, after } = request.query;
    const [fromMs, toMs] = [instantOf(request.query.from), instantOf(request.query.to)];
    if (fromMs === null || toMs === null) {
      const errors = [{ field: fromMs === null ? 'from' : 'to', message: NO_TIME }];
      return sendProblem(reply, 'malformed', 'The query cannot be read.', { errors });
    }
    return fromRecord(options, reply, async () => {
      await activity.settled();
      const found = await activity.readings({ fromMs, toMs, limit, before: after });
      return {
        readings: found.readings.map(({ atMs, text }) => ({
          at: timeOf(atMs),
          ...(JSON.parse(text) as Omit<Reading, 'at'>),
        })),
        ...(found.next !== undefined && { next: String(found.next) }),
      };
    });
  });
}

const schema = {
  schema: {
    summary: 'Who read what was decided, newest first',
    querystring: ReadingsQuery,
    response: { 200: ApiAnswers.readings },
  },
};
