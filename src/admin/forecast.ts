import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Forecast } from '../activity/forecast.ts';
import type { VisitFilter } from '../activity/visits.ts';
import type { Plan } from '../changes/plan.ts';
import { untilSeconds } from '../changes/record.ts';
import { draftPolicy } from '../policy-store/live/compile-policy.ts';
import { NEVER } from '../policy/whitelist.ts';
import type { Scope } from '../policy/reason.ts';
import { NO_REVOCATIONS } from '../policy/revocation.ts';
import type { Policy } from '../policy/policy.ts';
import { NO_RECORD, timeOf, viewGap } from './activity.ts';
import { actorOf, nameOf } from './actor.ts';
import { ApiAnswers, type ApiAnswer } from './answers.ts';
import { ForecastBody } from './forecast-schema.ts';
import { forecastSays } from './forecast-says.ts';
import type { AdminApp, AdminOptions } from './options.ts';
import { sendEditRefusal, sendProblem } from './problem.ts';
import { areShortened } from './reads.ts';
import { managedScope } from './scope.ts';

/** Groups that are listed. */
const MOST = 200;
const DAY_MS = 86_400_000;

/** What a change would have changed over the recorded days. Nothing is written. */
export function forecastRoute(app: AdminApp, options: AdminOptions): void {
  app.post('/forecast', schema, async (request, reply) => {
    const { scope: text, changes, days } = request.body;
    const scoped = managedScope(request, reply, text);
    if (!scoped.ok) return scoped.reply;
    if (options.activity === undefined) return sendProblem(reply, 'not-found', NO_RECORD);
    const planned = await options.editor.plan(scoped.scope, changes, { by: nameOf(actorOf(request)) });
    if (!planned.ok) return sendEditRefusal(reply, planned.refusal);
    const made = await forecastOf(options, request, scoped.scope, planned.plan, days);
    return made ?? sendUnknown(reply);
  });
}

const schema = {
  schema: {
    summary: 'What a change would have changed over the recorded days',
    body: ForecastBody,
    response: { 200: ApiAnswers.forecast },
  },
};

export function sendUnknown(reply: FastifyReply): FastifyReply {
  const detail = 'The policy or the record of decisions cannot be read now; the log says why.';
  return sendProblem(reply, 'policy-unavailable', detail, { headers: { 'retry-after': '2' } });
}

/** The forecast of a plan; undefined where nothing can be said now. */
export async function forecastOf(
  options: AdminOptions,
  request: FastifyRequest,
  scope: Scope,
  plan: Plan,
  days?: number,
): Promise<ApiAnswer<'forecast'> | undefined> {
  const view = options.policy();
  if (!view.known || options.activity === undefined) return undefined;
  const nowMs = options.now();
  const atMs = endOf(plan, nowMs);
  const sides = [view.policy, await draftPolicy(view.policy, scope, plan)].map(withoutRevocations);
  const [today = view, draft = view] = sides.map((policy) => ({ ...view, policy }));
  const fromMs = days === undefined ? 0 : nowMs - days * DAY_MS;
  const filter = { fromMs, toMs: nowMs + 1, ...narrowed(scope, actorOf(request).superAdmin) };
  const asked = { today, draft, options: options.decideOptions(), atMs, most: MOST };
  try {
    await options.activity.settled();
    const found = await options.activity.forecast(filter, asked);
    return viewForecast(found, filter, {
      atMs: atMs === nowMs ? undefined : atMs,
      areShortened: areShortened(options),
    });
  } catch (error) {
    options.log.warn({ err: error, requestId: request.id }, 'the activity record cannot be read');
    return undefined;
  }
}

/** They are as they are in both, and were counted when it was recorded who asked. */
function withoutRevocations(policy: Policy): Policy {
  return { ...policy, revocations: NO_REVOCATIONS };
}

/** What names no single bot may be enforced because of any of them: that is the super admin's to see. */
function narrowed(scope: Scope, superAdmin: boolean): Partial<VisitFilter> {
  if (scope === 'platform') return {};
  const bot = scope.slice('bot:'.length);
  return superAdmin ? { bot, orNone: true } : { bot };
}

/** From when on all ranges count no longer that would expire earlier than before; else now. */
function endOf({ removed, added }: Plan, nowMs: number): number {
  const before = new Map(removed.map(({ id, expiresAt }) => [id, untilSeconds(expiresAt)]));
  const ends = added.map(({ id, expiresAt }) => {
    const until = untilSeconds(expiresAt);
    return until !== NEVER && until < (before.get(id) ?? 0) ? until * 1000 : 0;
  });
  return ends.reduce((most, end) => Math.max(most, end), nowMs);
}

function viewForecast(
  { judged, unjudged, refused, admitted, groups, groupCount, sinceMs, gaps, isCut }: Forecast,
  { toMs }: VisitFilter,
  { atMs, areShortened }: { readonly atMs: number | undefined; readonly areShortened: boolean },
): ApiAnswer<'forecast'> {
  const view = {
    from: timeOf(sinceMs),
    to: timeOf(toMs - 1),
    ...(atMs !== undefined && { at: timeOf(atMs) }),
    judged,
    unjudged,
    refused,
    admitted,
    groups: groups.map(({ firstMs, lastMs, ...group }) => ({
      ...group,
      first: timeOf(firstMs),
      last: timeOf(lastMs),
    })),
    groupCount,
    gaps: gaps.map(viewGap),
  };
  return { says: forecastSays(view, { isCut, areShortened }), ...view };
}
