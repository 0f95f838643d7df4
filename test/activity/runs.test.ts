import fc from 'fast-check';
import t from 'tap';
import type { Decisions } from '../../src/activity/decisions.ts';
import { batchText } from '../../src/activity/event.ts';
import type { Forecast } from '../../src/activity/forecast.ts';
import { startIndexThread } from '../../src/activity/index-thread.ts';
import { pruneSome } from '../../src/activity/retention.ts';
import type { VisitFilter } from '../../src/activity/visits.ts';
import * as f from '../policy/facts.ts';
import { aView } from './drafts.ts';
import { batchOf, event, forecast, startMs } from './events.ts';
import { aVisit, everything, recorded } from './visits.ts';

const dayMs = 86_400_000;

/** All that it says; which of two groups of as many visits comes first says nothing. */
async function told(decisions: Decisions, filter: VisitFilter): Promise<unknown> {
  const [today, draft] = views;
  const compared = { today, draft, options: f.options, atMs: f.NOW, most: 10_000 };
  const { groups, ...rest }: Forecast = await forecast(decisions, filter, compared);
  return { ...rest, groups: groups.map((group) => JSON.stringify(group)).sort() };
}

const views = [f.policy({ enabled: false }), f.policy()] as const;

const filters: readonly VisitFilter[] = [
  everything,
  ...['a', 'b', 'nobody'].flatMap((bot) => [
    { ...everything, bot },
    { ...everything, bot, orNone: true as const },
  ]),
  { fromMs: startMs + 7 * 3_600_000, toMs: startMs + 15 * 3_600_000 },
  { ...everything, fromMs: startMs + 3_600_004, bot: 'a' },
];

t.test('a forecast says the same of runs and of segments', async (t) => {
  // Two runs, segments of no run, and some events in none.
  const { index, decisions } = recorded(t, fc.sample(aVisit, 20 * 36 + 7));
  const before = await Promise.all(filters.map((filter) => told(decisions, filter)));
  t.match(before[0], { refused: { visits: Number }, groupCount: Number });
  t.ok(decisions.makeRun() && decisions.makeRun(), 'there are runs');
  t.notOk(decisions.makeRun(), 'too little is left for a third one');
  for (const [at, filter] of filters.entries())
    t.strictSame(await told(decisions, filter), before[at], JSON.stringify(filter));
  // Where they are whole within the time nothing else is read of what they hold.
  index.exec('delete from parts where id < 33 * 64');
  for (const [at, filter] of filters.slice(0, 7).entries())
    t.strictSame(await told(decisions, filter), before[at], JSON.stringify(filter));
});

t.test('whatever drafts are compared', async (t) => {
  const { decisions } = recorded(t, fc.sample(aVisit, 400));
  const pairs = fc.sample(fc.tuple(aView, aView), 10);
  const ask = async () => {
    const found: Forecast[] = [];
    for (const [today, draft] of pairs)
      found.push(
        await forecast(decisions, everything, { today, draft, options: f.options, atMs: f.NOW, most: 1 }),
      );
    return found.map(({ groups: _, ...rest }) => rest);
  };
  const before = await ask();
  t.ok(before.some(({ refused }) => refused.visits > 0));
  t.ok(decisions.makeRun());
  t.strictSame(await ask(), before);
});

t.test('what is deleted is in no run any more', async (t) => {
  const old = fc.sample(aVisit, 20 * 20);
  const young = fc.sample(aVisit, 20 * 20).map((visit) => ({ ...visit, atMs: visit.atMs + 40 * dayMs }));
  const { index, decisions } = recorded(t, [...old, ...young]);
  t.ok(decisions.makeRun() && decisions.makeRun());
  const rowsOf = (table: string): number =>
    (index.prepare(`select count(*) as rows from ${table}`).get() as { rows: number }).rows;
  const visits = rowsOf('visits');
  while (pruneSome(index, { retentionDays: 30, maxBytes: 1e9 }, startMs + 41 * dayMs));
  // The second run began with segments of the old time.
  t.strictSame([rowsOf('runs'), rowsOf('visits'), visits > 0], [0, 0, true]);
  t.match(await told(decisions, everything), { judged: Number, gaps: [{ kind: 'pruned', count: 400 }] });
  const { judged, unjudged } = await forecast(decisions, everything, {
    ...{ today: views[0], draft: views[1], options: f.options, atMs: f.NOW, most: 5 },
  });
  t.equal(judged + unjudged, 400, 'and nothing else is lost');
});

t.test('a run is left alone where a segment of it is not there', async (t) => {
  const { index, decisions } = recorded(t, fc.sample(aVisit, 20 * 16));
  t.ok(decisions.makeRun());
  // As a gateway of an older version deletes, which knows no runs.
  index.exec('update segments set pruned = 1 where id = 5');
  const { judged, unjudged } = await forecast(decisions, everything, {
    ...{ today: views[0], draft: views[1], options: f.options, atMs: f.NOW, most: 5 },
  });
  t.equal(judged + unjudged, 20 * 15);
});

t.test('the thread makes them once it has deleted what is old', async (t) => {
  const retention = { retentionDays: 400, maxBytes: 1e10 };
  const thread = startIndexThread({ folder: t.testdir(), isShared: false, retention }, t.comment);
  const visit = event(startMs, { bot: 'a', asked: 'transcript w anonymous:no-credential' });
  for (let at = 0; at < 16; at++) {
    const visits = Array.from({ length: 4_096 }, () => visit);
    await thread.ask('take', { batch: batchText(batchOf('one', at * 4_096 + 1, visits)) });
  }
  t.equal(await thread.ask('prune', { nowMs: startMs }), true, 'one was made');
  t.equal(await thread.ask('prune', { nowMs: startMs }), false, 'there is nothing left to do');
  await thread.close();
});
