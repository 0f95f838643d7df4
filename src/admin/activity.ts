import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Gap, StoredEvent } from '../activity/event.ts';
import { networkOf } from '../activity/network.ts';
import type { Filter } from '../activity/match.ts';
import type { Cursor } from '../activity/query.ts';
import { activitySearch, cursorText } from './activity-query.ts';
import { ActivityQuery } from './activity-schemas.ts';
import { actorOf, mayManage, type Actor } from './actor.ts';
import { ApiAnswers } from './answers.ts';
import type { AdminApp, AdminOptions } from './options.ts';
import { sendProblem } from './problem.ts';
import { narrowedBy, noteRead } from './reads.ts';
import { sendNotYours } from './scope.ts';

const DEFAULT_LIMIT = 50;

/** The record of decisions: all of it for the super admin, that of their bots for owners. */
export function activityRoute(app: AdminApp, options: AdminOptions): void {
  app.get('/activity', schema, async (request, reply) => {
    const { limit = DEFAULT_LIMIT, ...query } = request.query;
    const asked = askedActivity(options, request, reply, query);
    if (!asked.ok) return asked.reply;
    return fromRecord(options, reply, async () => {
      const page = await asked.activity.query(asked.filter, limit, asked.cursor);
      return {
        events: page.events.map(viewEvent),
        gaps: page.gaps.map(viewGap),
        ...(page.next && { next: cursorText(page.next) }),
      };
    });
  });
}

const schema = {
  schema: {
    summary: 'What was decided, newest first',
    querystring: ActivityQuery,
    response: { 200: ApiAnswers.activity },
  },
};

export const NO_RECORD = 'No record of decisions is kept here: `activity` is null.';

type AskedActivity =
  | {
      readonly ok: true;
      readonly activity: NonNullable<AdminOptions['activity']>;
      /** Narrowed to what the admin may see. */
      readonly filter: Filter;
      readonly cursor?: Cursor;
    }
  | { readonly ok: false; readonly reply: FastifyReply };

/** What a request asks of the record, as far as it may; or it was answered that it cannot. */
export function askedActivity(
  options: AdminOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  query: Parameters<typeof activitySearch>[0],
): AskedActivity {
  const { activity, shownAddress } = options;
  const refuse = (sent: FastifyReply): AskedActivity => ({ ok: false, reply: sent });
  if (activity === undefined) return refuse(sendProblem(reply, 'not-found', NO_RECORD));
  const search = activitySearch(query, shownAddress);
  if (!('wanted' in search))
    return refuse(sendProblem(reply, 'malformed', 'The query cannot be read.', { errors: search }));
  const { wanted, cursor } = search;
  const actor = actorOf(request);
  if (wanted.bot !== undefined && !mayManage(actor, `bot:${wanted.bot}`)) return refuse(sendNotYours(reply));
  noteRead(options, request, narrowedBy(wanted));
  return { ok: true, activity, filter: visibleTo(actor, wanted), ...(cursor && { cursor }) };
}

/** Owners find what concerns their bots, whatever else they ask for. */
export function visibleTo({ superAdmin, ownedBots }: Actor, filter: Filter): Filter {
  return superAdmin ? filter : { ...filter, bots: [...ownedBots] };
}

/** What the record answers, or that it cannot be read. */
export async function fromRecord<T>(
  { log }: AdminOptions,
  reply: FastifyReply,
  read: () => Promise<T>,
): Promise<T | FastifyReply> {
  try {
    return await read();
  } catch (error) {
    log.warn({ err: error, requestId: reply.request.id }, 'the activity record cannot be read');
    const detail = 'The record of decisions cannot be read; the log says why.';
    return sendProblem(reply, 'store-unavailable', detail);
  }
}

/** An event as admins see it: where it stands in the record is the gateway's own business. */
export function viewEvent({ atMs, replica: _replica, seq: _seq, asked, ...event }: StoredEvent) {
  const clientNetwork = networkOf({ asked, clientIp: event.clientIp });
  return { at: timeOf(atMs), ...event, ...(clientNetwork !== undefined && { clientNetwork }) };
}

export function viewGap({ kind, fromMs, toMs, count }: Gap) {
  return { kind, from: timeOf(fromMs), to: timeOf(toMs), count };
}

export function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
