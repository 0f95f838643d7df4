import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Change } from '../changes/change.ts';
import type { Scope } from '../policy/reason.ts';
import { actorOf, mayManage } from './actor.ts';
import { ApiAnswers } from './answers.ts';
import type { AdminApp, AdminOptions } from './options.ts';
import { sendProblem } from './problem.ts';
import { NoBody, NoQuery, RevisionParams } from './schemas.ts';
import { sendNotYours } from './scope.ts';
import { strangerTo } from './trial.ts';
import { viewSettings } from './views.ts';
import { write } from './write.ts';

/** Changes on trial are listed and confirmed here. */
export function safeChangeRoutes(app: AdminApp, options: AdminOptions): void {
  app.get('/trials', listSchema, async (request) => {
    const found = (await options.trials()).filter(({ scope }) => mayManage(actorOf(request), scope));
    return { trials: found.map((trial) => viewTrial(trial, options, request)) };
  });

  app.post('/changes/:revision/confirm', confirmSchema, async (request, reply) => {
    const { revision } = request.params;
    const trial = /^[1-9][0-9]{0,14}$/.test(revision)
      ? await options.store.entryAt(Number(revision))
      : undefined;
    if (trial?.trialUntil === undefined) return sendProblem(reply, 'not-found', NO_TRIAL);
    if (!mayManage(actorOf(request), trial.scope)) return sendNotYours(reply);
    const stranger = strangerTo(trial, options, request);
    return stranger === undefined
      ? confirm(options, request, reply, trial)
      : sendProblem(reply, 'not-yours', stranger);
  });
}

const listSchema = {
  schema: {
    summary: 'The changes that are on trial now',
    querystring: NoQuery,
    response: { 200: ApiAnswers.trials },
  },
};

function viewTrial(trial: Change, options: AdminOptions, request: FastifyRequest) {
  const { revision, scope, at, by, from, trialUntil: until = '' } = trial;
  const why = strangerTo(trial, options, request);
  return {
    ...{ revision, scope, at, by, until, ...(from !== undefined && { from }) },
    secondsLeft: Math.max(0, Math.ceil((Date.parse(until) - options.now()) / 1000)),
    ...(why !== undefined && { why }),
  };
}

const NO_TRIAL = 'There is no change on trial of this revision.';

function confirm(options: AdminOptions, request: FastifyRequest, reply: FastifyReply, trial: Change) {
  const scope = trial.scope as Scope;
  return write(options, request as Parameters<typeof write>[1], reply, {
    scope,
    edit: (asked) => options.editor.confirm(trial, asked),
    fields: (done) => ({
      scope,
      confirms: trial.revision,
      ...viewSettings(done.settings),
      ranges: done.ranges,
    }),
  });
}

/** No body at all is an empty one. */
const preValidation = async (request: FastifyRequest): Promise<void> => {
  request.body ??= {};
};
const confirmSchema = {
  preValidation,
  schema: {
    summary: 'Make a change on trial stay',
    params: RevisionParams,
    querystring: NoQuery,
    body: NoBody,
    response: { 200: ApiAnswers.confirm },
  },
};
