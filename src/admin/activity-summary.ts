import { networkAt } from '../activity/network.ts';
import type { Summary } from '../activity/summary.ts';
import type { TopEntry } from '../activity/top.ts';
import { askedActivity, fromRecord, timeOf, viewGap } from './activity.ts';
import { SummaryQuery } from './activity-schemas.ts';
import { ApiAnswers } from './answers.ts';
import type { AdminApp, AdminOptions } from './options.ts';
import { sendProblem } from './problem.ts';
import { areShortened } from './reads.ts';

const DAY_MS = 86_400_000;
const DEFAULT_BUCKETS = 60;

/** Sums of the record for plots, over the last day where nothing else is asked. */
export function summaryRoute(app: AdminApp, options: AdminOptions): void {
  app.get('/activity/summary', schema, async (request, reply) => {
    const { buckets = DEFAULT_BUCKETS, ...query } = request.query;
    const asked = askedActivity(options, request, reply, query);
    if (!asked.ok) return asked.reply;
    const { toMs = options.now() + 1 } = asked.filter;
    const { fromMs = toMs - DAY_MS } = asked.filter;
    if (fromMs >= toMs) {
      const errors = [{ field: 'to', message: 'must be after from' }];
      return sendProblem(reply, 'malformed', 'The query cannot be read.', { errors });
    }
    return fromRecord(options, reply, async () =>
      viewSummary(
        { fromMs, toMs, areShortened: areShortened(options) },
        await asked.activity.summary({ ...asked.filter, fromMs, toMs }, buckets),
      ),
    );
  });
}

const schema = {
  schema: {
    summary: 'How often, and what most: sums of what was decided',
    querystring: SummaryQuery,
    response: { 200: ApiAnswers.summary },
  },
};

interface Viewed {
  readonly fromMs: number;
  readonly toMs: number;
  /** Only the networks of addresses are recorded. */
  readonly areShortened: boolean;
}

function viewSummary({ fromMs, toMs, areShortened }: Viewed, summary: Summary) {
  const { bucketMs, buckets, bots, addresses, subjects, ranges, sampled, sinceMs, gaps } = summary;
  return {
    from: timeOf(fromMs),
    to: timeOf(toMs),
    bucketSeconds: bucketMs / 1000,
    buckets: buckets.map(({ atMs, ...bucket }) => ({ at: timeOf(atMs), ...bucket })),
    top: {
      reasons: topReasons(summary),
      bots: bots.map(viewTop),
      addresses: addresses.map((entry) => ({ ...viewTop(entry), ...(areShortened && networked(entry)) })),
      subjects: subjects.map(viewTop),
      ranges: ranges.map(viewRange),
    },
    sampled,
    since: timeOf(sinceMs),
    gaps: gaps.map(viewGap),
  };
}

function viewTop({ lastMs, ...entry }: TopEntry) {
  return { ...entry, lastAt: timeOf(lastMs) };
}

function networked({ name }: TopEntry) {
  const network = networkAt(name);
  return network !== undefined && { network };
}

/** The record names a range by its scope and id as one text; ids have no slash. */
function viewRange({ name, ...entry }: TopEntry) {
  const slash = name.lastIndexOf('/');
  return { scope: name.slice(0, slash), ...viewTop({ name: name.slice(slash + 1), ...entry }) };
}

/** All of them: there are few, and the buckets have them whole. */
function topReasons({ buckets }: Summary) {
  const sums = new Map<string, { name: string; outcome: string; count: number }>();
  for (const { reason, outcome, count } of buckets) {
    const sum = sums.get(`${outcome} ${reason}`) ?? { name: reason, outcome, count: 0 };
    sum.count += count;
    sums.set(`${outcome} ${reason}`, sum);
  }
  return [...sums.values()].sort((a, b) => b.count - a.count);
}
