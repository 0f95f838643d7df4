import type { FastifyRequest } from 'fastify';
import type { Plan } from '../changes/plan.ts';
import { differenceOf, stateOf } from '../changes/restore.ts';
import type { Scope } from '../policy/reason.ts';
import { ApiAnswers, type ApiAnswer } from './answers.ts';
import { readable } from './changes.ts';
import { forecastOf } from './forecast.ts';
import type { AdminApp, AdminOptions } from './options.ts';
import { sendEditRefusal, sendProblem } from './problem.ts';
import { stateAt } from './restore.ts';
import { RestoreBody } from './restore-schemas.ts';
import { NoBody, NoQuery, RevisionParams, ScopeParams } from './schemas.ts';
import { actorOf } from './actor.ts';
import { managedScope } from './scope.ts';
import { viewSide } from './views.ts';

/** Ranges that are shown on each side; all are counted. */
const SHOWN = 1_000;

/** What an undo or a restoration would do, and would have changed of the recorded visits. Nothing is written. */
export function previewRoutes(app: AdminApp, options: AdminOptions): void {
  app.post('/changes/:revision/revert/preview', revertSchema, async (request, reply) => {
    const found = await readable(options.store, actorOf(request), reply, request.params.revision);
    if (!found.ok) return found.reply;
    const { scope } = found.change;
    if (scope === 'revocations') return sendProblem(reply, 'conflict', 'It is lifted under /revocations.');
    const planned = await options.editor.planRevert(found.change);
    if (!planned.ok) return sendEditRefusal(reply, planned.refusal);
    return viewPlan(options, request, scope, planned.plan);
  });

  app.post('/whitelists/:scope/restore/preview', restoreSchema, async (request, reply) => {
    const scoped = managedScope(request, reply, request.params.scope);
    if (!scoped.ok) return scoped.reply;
    const found = await stateAt(options, reply, scoped.scope, request.body.at);
    if (!found.ok) return found.reply;
    const current = stateOf(await options.store.scope(scoped.scope));
    return viewPlan(options, request, scoped.scope, differenceOf(current, found.state));
  });
}

async function viewPlan(
  options: AdminOptions,
  request: FastifyRequest,
  scope: Scope,
  plan: Plan,
): Promise<ApiAnswer<'comparison'>> {
  const { removed, added, settings } = plan;
  const forecast = await forecastOf(options, request, scope, plan);
  return {
    ...{ scope, removedCount: removed.length, addedCount: added.length },
    before: viewSide(settings?.before, removed.slice(0, SHOWN)),
    after: viewSide(settings?.after, added.slice(0, SHOWN)),
    ...(forecast && { forecast }),
  };
}

const revertSchema = {
  schema: {
    summary: 'What undoing a change would do',
    params: RevisionParams,
    querystring: NoQuery,
    body: NoBody,
    response: { 200: ApiAnswers.comparison },
  },
};
const restoreSchema = {
  schema: {
    summary: 'What bringing a list back to how it was at a time would do',
    params: ScopeParams,
    querystring: NoQuery,
    body: RestoreBody,
    response: { 200: ApiAnswers.comparison },
  },
};
