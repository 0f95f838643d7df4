import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RefusalGroup } from '../activity/refusals.ts';
import { parseAddress } from '../reading/address.ts';
import { askedActivity, fromRecord, NO_RECORD, timeOf, viewEvent, viewGap } from './activity.ts';
import { RefusalBody, RefusalsQuery } from './activity-schemas.ts';
import { actorOf, mayManage, nameOf } from './actor.ts';
import { ApiAnswers, type ApiAnswer } from './answers.ts';
import type { AdminApp, AdminOptions } from './options.ts';
import { sendProblem } from './problem.ts';
import { NoQuery } from './schemas.ts';
import { readScope, sendNotYours } from './scope.ts';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;
/** Groups that are judged again for one answer. */
const mostGroups = 500;
/** Groups between two looks at the event loop: of a network 256 addresses are judged. */
const slice = 20;
const DEFAULT_LIMIT = 100;

/** Who was turned away, to be let in or dismissed; and what was dismissed, for all admins. */
export function refusalRoutes(app: AdminApp, options: AdminOptions): void {
  app.get('/refusals', schema, async (request, reply) => {
    const { days = DEFAULT_DAYS, dismissed = 'false', limit = DEFAULT_LIMIT, ...query } = request.query;
    const asked = askedActivity(options, request, reply, query);
    if (!asked.ok) return asked.reply;
    const nowMs = options.now();
    const filter = { ...asked.filter, fromMs: nowMs - days * DAY_MS, toMs: nowMs + 1 };
    return fromRecord(options, reply, async () => {
      const { groups, sinceMs, gaps } = await asked.activity.refusals(filter, mostGroups);
      const wanted = groups.filter((group) => (group.dismissed !== undefined) === (dismissed === 'true'));
      const open = await stillRefused(options, wanted);
      return {
        since: timeOf(sinceMs),
        refusals: open.slice(0, limit),
        ...(open.length > limit && { more: true }),
        dismissedCount: groups.filter((group) => group.dismissed !== undefined).length,
        gaps: gaps.map(viewGap),
      };
    });
  });
  app.post(
    '/refusals/dismiss',
    writeSchema('Tell no admin of these refusals any more'),
    async (request, reply) => settle(options, request, reply, 'dismissed'),
  );
  app.post('/refusals/recall', writeSchema('Tell of these refusals again'), async (request, reply) =>
    settle(options, request, reply, 'recalled'),
  );
}

const schema = {
  schema: {
    summary: 'Who was turned away and has not come in since, by address and bot',
    querystring: RefusalsQuery,
    response: { 200: ApiAnswers.refusals },
  },
};
const writeSchema = (summary: string) => ({
  schema: { summary, querystring: NoQuery, body: RefusalBody, response: { 200: ApiAnswers.dismissal } },
});

type View = ApiAnswer<'refusals'>['refusals'][number];

/** Those whom the policy of now would turn away still, or of whom that cannot be told. */
async function stillRefused(options: AdminOptions, groups: readonly RefusalGroup[]): Promise<View[]> {
  const views: View[] = [];
  for (const [place, group] of groups.entries()) {
    if (place % slice === slice - 1) await nextTurn();
    const answer = await options.judgeAgain(group.newest);
    if (answer?.decision.outcome !== 'forward') views.push(viewGroup(group));
  }
  return views;
}

function viewGroup({ firstMs, lastMs, newest, subjects, dismissed, ...group }: RefusalGroup): View {
  return {
    ...group,
    first: timeOf(firstMs),
    last: timeOf(lastMs),
    subjects: [...subjects],
    newest: viewEvent(newest),
    ...(dismissed && { dismissed: { by: dismissed.by, at: timeOf(dismissed.atMs) } }),
  };
}

async function settle(
  options: AdminOptions,
  request: FastifyRequest<{ Body: { readonly address: string; readonly bot: string } }>,
  reply: FastifyReply,
  kind: 'dismissed' | 'recalled',
): Promise<ApiAnswer<'dismissal'> | FastifyReply> {
  const { address, bot } = request.body;
  const actor = actorOf(request);
  const scope = readScope(`bot:${bot}`);
  const errors = [
    ...(scope === undefined ? [{ field: 'bot', message: 'cannot be the id of a bot' }] : []),
    ...(parseAddress(address) === undefined ? [{ field: 'address', message: 'must be an address' }] : []),
  ];
  if (errors.length > 0 || scope === undefined)
    return sendProblem(reply, 'invalid', 'These cannot be refusals.', { errors });
  if (!mayManage(actor, scope)) return sendNotYours(reply);
  const { activity } = options;
  if (activity === undefined) return sendProblem(reply, 'not-found', NO_RECORD);
  return fromRecord(options, reply, async () => {
    activity.dismiss(kind, { address, bot }, nameOf(actor));
    await activity.settled();
    return { address, bot, dismissed: kind === 'dismissed' };
  });
}
