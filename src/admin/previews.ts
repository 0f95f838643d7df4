import type { FastifyReply } from 'fastify';
import type { Plan } from '../changes/plan.ts';
import { differenceOf, stateOf } from '../changes/restore.ts';
import type { Scope } from '../policy/reason.ts';
import { ApiAnswers, type ApiAnswer } from './answers.ts';
import { readable } from './changes.ts';
import { createForecastAnswers, forecastAnswer } from './forecast-answers.ts';
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
  const sendForecast = createForecastAnswers(app, options);
  app.post('/changes/:revision/revert/preview', revertSchema, async (request, reply) => {
    const found = await readable(options.store, actorOf(request), reply, request.params.revision);
    if (!found.ok) return found.reply;
    const { scope } = found.change;
    if (scope === 'revocations') return sendProblem(reply, 'conflict', 'It is lifted under /revocations.');
    const planned = await options.editor.planRevert(found.change);
    if (!planned.ok) return sendEditRefusal(reply, planned.refusal);
    const first = viewPlan(scope, planned.plan);
    return sendForecast(request, reply, { scope, plan: planned.plan }, answerOf(reply, first));
  });

  app.post('/whitelists/:scope/restore/preview', restoreSchema, async (request, reply) => {
    const scoped = managedScope(request, reply, request.params.scope);
    if (!scoped.ok) return scoped.reply;
    const found = await stateAt(options, reply, scoped.scope, request.body.at);
    if (!found.ok) return found.reply;
    const current = stateOf(await options.store.scope(scoped.scope));
    const { scope } = scoped;
    const plan = differenceOf(current, found.state);
    return sendForecast(request, reply, { scope, plan }, answerOf(reply, viewPlan(scope, plan)));
  });
}

function answerOf(reply: FastifyReply, first: ApiAnswer<'comparison'>) {
  return {
    first,
    whole: (forecast: ApiAnswer<'forecast'> | undefined) =>
      reply.send({ ...first, ...(forecast && { forecast }) } satisfies ApiAnswer<'comparison'>),
  };
}

function viewPlan(scope: Scope, { removed, added, settings }: Plan): ApiAnswer<'comparison'> {
  return {
    ...{ scope, removedCount: removed.length, addedCount: added.length },
    before: viewSide(settings?.before, removed.slice(0, SHOWN)),
    after: viewSide(settings?.after, added.slice(0, SHOWN)),
  };
}

const revertSchema = {
  schema: {
    summary: 'What undoing a change would do',
    params: RevisionParams,
    querystring: NoQuery,
    body: NoBody,
    response: forecastAnswer(ApiAnswers.comparison),
  },
};
const restoreSchema = {
  schema: {
    summary: 'What bringing a list back to how it was at a time would do',
    params: ScopeParams,
    querystring: NoQuery,
    body: RestoreBody,
    response: forecastAnswer(ApiAnswers.comparison),
  },
};
