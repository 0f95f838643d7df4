import type { ChangeEvent } from '../audit/change-log.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ChangeRequest, EditDone, EditResult, Plan } from '../changes/plan.ts';
import type { Changes } from '../changes/many-edits.ts';
import { changedKeys } from '../changes/settings-edit.ts';
import type { Change } from '../changes/change.ts';
import type { Scope } from '../policy/reason.ts';
import { actorOf } from './actor.ts';
import { conditionsOf } from './conditions.ts';
import { lockedOut } from './lockout.ts';
import type { AdminOptions } from './options.ts';
import { sendProblem, sendEditRefusal } from './problem.ts';
import { isYes } from './schemas.ts';
import { trialUntil } from './trial.ts';

/** How a write may be asked for. */
interface WriteWays {
  readonly confirmWithin?: string;
  readonly force?: string;
}

export interface Write {
  readonly scope: Scope;
  /** The same, to be looked at before; absent where nobody is locked out by it. */
  readonly plan?: () => Changes | Promise<Plan | undefined>;
  readonly edit: (asked: ChangeRequest) => Promise<EditResult>;
  /** The record's own fields, beside revision and live. */
  readonly fields: (done: EditDone) => object;
  readonly status?: number;
}

/** Makes a change and answers it: what was stored, its revision, and where it is live. */
export async function write(
  options: AdminOptions,
  request: FastifyRequest<{ Querystring: WriteWays }>,
  reply: FastifyReply,
  { scope, plan, edit, fields, status = 200 }: Write,
): Promise<FastifyReply> {
  const { confirmWithin, force } = request.query;
  const conditions = conditionsOf(options, request);
  if (!conditions.ok) {
    return sendProblem(reply, 'malformed', 'A header cannot be read.', { errors: [conditions.error] });
  }
  const until = trialUntil(confirmWithin, options.now());
  if (typeof until === 'object') {
    return sendProblem(reply, 'invalid', 'A value cannot be.', { errors: [until] });
  }
  const locked =
    plan === undefined || isYes(force) ? undefined : await outBy(options, request, scope, plan());
  if (locked !== undefined) return sendLockedOut(reply, locked);
  const outcome = await edit({ ...conditions.asked, ...(until !== undefined && { trialUntil: until }) });
  if (!outcome.ok) return sendEditRefusal(reply, outcome.refusal);
  const { revision, live, acknowledged, change, repeated } = outcome;
  if (change !== undefined && !repeated) options.changed(eventOf(change, request));
  return reply
    .code(status)
    .header('etag', `"${revision}"`)
    .send({ revision, live, acknowledged, trialUntil: change?.trialUntil, ...fields(outcome) });
}

/** What cannot be planned is refused by the edit itself, which says more. */
async function outBy(
  options: AdminOptions,
  request: FastifyRequest,
  scope: Scope,
  changes: Changes | Promise<Plan | undefined>,
) {
  const planned = changes instanceof Promise ? await changes : await planOf(options, scope, changes);
  return planned && lockedOut(options, request, scope, planned);
}

async function planOf({ editor }: AdminOptions, scope: Scope, changes: Changes): Promise<Plan | undefined> {
  const planned = await editor.plan(scope, changes, { by: '' });
  return planned.ok ? planned.plan : undefined;
}

function sendLockedOut(reply: FastifyReply, address: string): FastifyReply {
  const detail = `From your own address, ${address}, you would no longer see these transcripts. If you mean it, ask again with force=true.`;
  return sendProblem(reply, 'locks-you-out', detail);
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
