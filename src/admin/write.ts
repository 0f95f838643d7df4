import type { ChangeEvent } from '../audit/change-log.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ChangeRequest, EditDone, EditResult } from '../changes/plan.ts';
import { changedKeys } from '../changes/settings-edit.ts';
import type { Change } from '../changes/change.ts';
import { actorOf } from './actor.ts';
import { conditionsOf } from './conditions.ts';
import type { AdminOptions } from './options.ts';
import { sendProblem, sendEditRefusal } from './problem.ts';

export interface Write {
  readonly edit: (asked: ChangeRequest) => Promise<EditResult>;
  /** The record's own fields, beside revision and live. */
  readonly fields: (done: EditDone) => object;
  readonly status?: number;
}

/** Makes a change and answers it: what was stored, its revision, and where it is live. */
export async function write(
  options: AdminOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  { edit, fields, status = 200 }: Write,
): Promise<FastifyReply> {
  const conditions = conditionsOf(options, request);
  if (!conditions.ok) {
    return sendProblem(reply, 'malformed', 'A header cannot be read.', { errors: [conditions.error] });
  }
  const outcome = await edit(conditions.asked);
  if (!outcome.ok) return sendEditRefusal(reply, outcome.refusal);
  const { revision, live, acknowledged, change, repeated } = outcome;
  if (change !== undefined && !repeated) options.changed(eventOf(change, request));
  return reply
    .code(status)
    .header('etag', `"${revision}"`)
    .send({ revision, live, acknowledged, ...fields(outcome) });
}

/** The event of a change that was just made by who asks. */
export function eventOf(change: Change, request: FastifyRequest): ChangeEvent {
  const { revision, scope, from, settings } = change;
  const { subject, issuer } = actorOf(request);
  return {
    revision,
    scope,
    by: { subject, issuer },
    ...(from === undefined ? {} : { from }),
    added: change.addedCount,
    removed: change.removedCount,
    settings: settings === undefined ? [] : changedKeys(settings.before, settings.after),
    requestId: request.id,
  };
}
