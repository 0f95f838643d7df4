import type { Gap, StoredEvent } from '../activity/event.ts';
import { activitySearch, cursorText } from './activity-query.ts';
import { actorOf, mayManage } from './actor.ts';
import { ApiAnswers } from './answers.ts';
import type { AdminApp, AdminOptions } from './options.ts';
import { sendProblem } from './problem.ts';
import { ActivityQuery } from './schemas.ts';
import { sendNotYours } from './scope.ts';

const DEFAULT_LIMIT = 50;

/** The record of decisions: all of it for the super admin, that of their bots for owners. */
export function activityRoute(app: AdminApp, { activity, log }: AdminOptions): void {
  app.get('/activity', schema, async (request, reply) => {
    if (activity === undefined) return sendProblem(reply, 'not-found', NO_RECORD);
    const { superAdmin, ownedBots } = actorOf(request);
    const search = activitySearch(request.query);
    if (!('wanted' in search)) {
      return sendProblem(reply, 'malformed', 'The query cannot be read.', { errors: search });
    }
    const { wanted, cursor } = search;
    if (wanted.bot !== undefined && !mayManage(actorOf(request), `bot:${wanted.bot}`))
      return sendNotYours(reply);
    const visible = superAdmin ? wanted : { ...wanted, bots: [...ownedBots] };
    try {
      const page = await activity.query(visible, request.query.limit ?? DEFAULT_LIMIT, cursor);
      return {
        events: page.events.map(viewEvent),
        gaps: page.gaps.map(viewGap),
        ...(page.next && { next: cursorText(page.next) }),
      };
    } catch (error) {
      log.warn({ err: error, requestId: request.id }, 'the activity record cannot be read');
      return sendProblem(
        reply,
        'store-unavailable',
        'The record of decisions cannot be read; the log says why.',
      );
    }
  });
}

export const NO_RECORD = 'No record of decisions is kept here: `activity` is null, or the store is Redis.';

const schema = {
  schema: {
    summary: 'What was decided, newest first',
    querystring: ActivityQuery,
    response: { 200: ApiAnswers.activity },
  },
};

function viewEvent({ atMs, replica: _replica, seq: _seq, asked: _asked, ...event }: StoredEvent) {
  return { at: timeOf(atMs), ...event };
}

export function viewGap({ kind, fromMs, toMs, count }: Gap) {
  return { kind, from: timeOf(fromMs), to: timeOf(toMs), count };
}

export function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
