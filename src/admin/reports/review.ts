import type { Scope } from '../../policy/reason.ts';
import { fromRecord, timeOf, visibleTo } from '../activity.ts';
import { ReviewReportQuery } from '../activity-schemas.ts';
import { actorOf, mayManage, type Actor } from '../actor.ts';
import { inForceFor, inheritedFrom } from '../in-force.ts';
import type { AdminApp, AdminOptions } from '../options.ts';
import { useMs, usesOf } from '../range-use.ts';
import { noteRead } from '../reads.ts';
import { managedScope } from '../scope.ts';
import { reportAnswer, sendReport } from './access.ts';
import type { Report } from './report.ts';
import { reviewColumns, reviewRows, type ListedRange } from './review-rows.ts';

/** Who can open a bot, or what the platform's list opens, and why: to be looked through from time to time. */
export function reviewReportRoute(app: AdminApp, options: AdminOptions): void {
  app.get('/reports/review', schema, async (request, reply) => {
    const { scope: text, format = 'json' } = request.query;
    const scoped = managedScope(request, reply, text);
    if (!scoped.ok) return scoped.reply;
    const { scope } = scoped;
    noteRead(options, request, { scope });
    return fromRecord(options, reply, async () =>
      sendReport(reply, await reviewReport(options, actorOf(request), scope), format),
    );
  });
}

const schema = {
  schema: {
    summary: 'Who can open a bot and why: its ranges with findings first',
    querystring: ReviewReportQuery,
    response: reportAnswer,
  },
};

const pageSize = 1_000;

async function reviewReport(options: AdminOptions, actor: Actor, scope: Scope): Promise<Report> {
  const { store, activity, now, defaults } = options;
  const nowMs = now();
  const { record } = await store.scope(scope);
  const above = inheritedFrom((await store.scopes()).scopes, defaults());
  const { mode, whenOff, requireLogin, platformList } = inForceFor(record, above);
  const seesPlatform = platformList && mayManage(actor, 'platform');
  const scopes: readonly Scope[] = seesPlatform ? [scope, 'platform'] : [scope];
  const lists = await Promise.all(scopes.map((one) => listedOf(options, one)));
  const rows = reviewRows(lists.flat(), nowMs);
  async function* pages() {
    for (let at = 0; at < rows.length; at += pageSize) yield rows.slice(at, at + pageSize);
  }
  return {
    title: `Review of ${scope}`,
    about: [
      ['List', record.enabled ? 'on' : 'off'],
      ['Mode', mode === 'report' ? 'report: everything passes' : mode],
      ['While no list is on', whenOff === 'anyone' ? 'the link alone is enough' : 'members only'],
      ['Addresses need a login', requireLogin ? 'yes' : 'no'],
      ...(scope === 'platform' ? [] : [["The platform's list counts", platformList ? 'yes' : 'no'] as const]),
      ...(await peopleOf(options, actor, scope, nowMs)),
      ['Made', timeOf(nowMs)],
    ],
    columns: reviewColumns,
    pages: pages(),
    lacks: [
      ...(platformList && !seesPlatform
        ? ["The platform's list counts here too; its ranges are for super admins to see."]
        : []),
      ...(activity === undefined
        ? ['No record of decisions is kept: when a range was used is not known.']
        : []),
    ],
  };
}

async function listedOf(options: AdminOptions, scope: Scope): Promise<readonly ListedRange[]> {
  const { record, ranges } = await options.store.scope(scope);
  const useOf = await usesOf(options, scope);
  const { enabled } = record;
  const isRecorded = useOf !== undefined;
  return ranges.map((range) => ({ scope, enabled, range, use: useOf?.get(range.id), isRecorded }));
}

/** Who used a right of their own of late; what a token would grant to others is not known here. */
async function peopleOf(
  { activity }: AdminOptions,
  actor: Actor,
  scope: Scope,
  nowMs: number,
): Promise<Report['about']> {
  if (activity === undefined || scope === 'platform') return [];
  const filter = {
    bot: scope.slice('bot:'.length),
    reason: 'bot-access',
    fromMs: nowMs - useMs,
    toMs: nowMs + 1,
  };
  const { subjects } = await activity.summary({ ...visibleTo(actor, filter), ...filter }, 1);
  const named = subjects.map(({ name, count }) => `${name} (${String(count)})`).join(', ');
  return [['Signed in with access to it, in 30 days, most first', named === '' ? 'nobody' : named]];
}
