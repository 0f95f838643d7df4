import type { FastifyRequest } from 'fastify';
import type { Forecast } from '../activity/forecast.ts';
import type { Foreseen } from '../activity/foresee.ts';
import type { VisitFilter } from '../activity/visits.ts';
import type { Plan } from '../changes/plan.ts';
import { untilSeconds } from '../changes/record.ts';
import { draftPolicy } from '../policy-store/live/compile-policy.ts';
import { NEVER } from '../policy/whitelist.ts';
import type { Scope } from '../policy/reason.ts';
import { NO_REVOCATIONS } from '../policy/revocation.ts';
import type { Policy } from '../policy/policy.ts';
import { timeOf, viewGap } from './activity.ts';
import { actorOf } from './actor.ts';
import type { ApiAnswer } from './answers.ts';
import { forecastSays } from './forecast-says.ts';
import type { AdminOptions } from './options.ts';
import { areShortened } from './reads.ts';

/** Groups that are listed. */
const MOST = 200;
const DAY_MS = 86_400_000;

/** What is foreseen of. */
export interface Foreseeable {
  readonly scope: Scope;
  readonly plan: Plan;
  /** Of the record, up to now; else all that there are. */
  readonly days?: number | undefined;
}

/** The forecast of a plan, the last one whole. None where it is not known what is decided by now; throws, and says so in the log, where the record cannot be read. */
export async function* foreseePlan(
  options: AdminOptions,
  request: FastifyRequest,
  { scope, plan, days }: Foreseeable,
  how: Foreseen,
): AsyncGenerator<ApiAnswer<'forecast'>, void> {
  const view = options.policy();
  if (!view.known || options.activity === undefined) return;
  const nowMs = options.now();
  const atMs = endOf(plan, nowMs);
  const sides = [view.policy, await draftPolicy(view.policy, scope, plan)].map(withoutRevocations);
  const [today = view, draft = view] = sides.map((policy) => ({ ...view, policy }));
  const fromMs = days === undefined ? 0 : nowMs - days * DAY_MS;
  const filter = { fromMs, toMs: nowMs + 1, ...narrowed(scope, actorOf(request).superAdmin) };
  const asked = { today, draft, options: options.decideOptions(), atMs, most: MOST };
  const shown = { atMs: atMs === nowMs ? undefined : atMs, areShortened: areShortened(options) };
  try {
    await options.activity.settled();
    for await (const found of options.activity.foresee(filter, asked, how))
      yield viewForecast(found, filter, shown);
  } catch (error) {
    options.log.warn({ err: error, requestId: request.id }, 'the activity record cannot be read');
    throw error;
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
  { judged, unjudged, refused, admitted, groups, groupCount, sinceMs, countedMs, gaps, isCut }: Forecast,
  { toMs }: VisitFilter,
  { atMs, areShortened }: { readonly atMs: number | undefined; readonly areShortened: boolean },
): ApiAnswer<'forecast'> {
  const view = {
    from: timeOf(sinceMs),
    to: timeOf(toMs - 1),
    ...(countedMs !== undefined && { countedFrom: timeOf(countedMs) }),
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
