import type { FastifyReply } from 'fastify';
import { NO_RECORD } from './activity.ts';
import { actorOf, nameOf } from './actor.ts';
import { ApiAnswers } from './answers.ts';
import { createForecastAnswers, forecastAnswer } from './forecast-answers.ts';
import { ForecastBody } from './forecast-schema.ts';
import type { AdminApp, AdminOptions } from './options.ts';
import { sendEditRefusal, sendProblem } from './problem.ts';
import { managedScope } from './scope.ts';

/** What a change would have changed over the recorded days. Nothing is written. */
export function forecastRoute(app: AdminApp, options: AdminOptions): void {
  const sendForecast = createForecastAnswers(app, options);
  app.post('/forecast', schema, async (request, reply) => {
    const { scope: text, changes, days } = request.body;
    const scoped = managedScope(request, reply, text);
    if (!scoped.ok) return scoped.reply;
    const { scope } = scoped;
    if (options.activity === undefined) return sendProblem(reply, 'not-found', NO_RECORD);
    const planned = await options.editor.plan(scope, changes, { by: nameOf(actorOf(request)) });
    if (!planned.ok) return sendEditRefusal(reply, planned.refusal);
    if (!options.policy().known) return sendUnknown(reply);
    return sendForecast(
      request,
      reply,
      { scope, plan: planned.plan, days },
      {
        whole: (forecast) => (forecast === undefined ? sendUnknown(reply) : reply.send(forecast)),
      },
    );
  });
}

const schema = {
  schema: {
    summary: 'What a change would have changed over the recorded days',
    body: ForecastBody,
    response: forecastAnswer(ApiAnswers.forecast),
  },
};

export function sendUnknown(reply: FastifyReply): FastifyReply {
  const detail = 'The policy or the record of decisions cannot be read now; the log says why.';
  return sendProblem(reply, 'policy-unavailable', detail, { headers: { 'retry-after': '2' } });
}
