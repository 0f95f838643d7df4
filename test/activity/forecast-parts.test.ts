import fc from 'fast-check';
import t from 'tap';
import { createForesee, lastOf } from '../../src/activity/foresee.ts';
import { beginForecast, type Draft, type Forecast } from '../../src/activity/forecast.ts';
import { createForecasts, type Step } from '../../src/activity/forecasts.ts';
import type { Decisions } from '../../src/activity/decisions.ts';
import type { VisitFilter } from '../../src/activity/visits.ts';
import * as f from '../policy/facts.ts';
import { forecast } from './events.ts';
import { aVisit, everything, recorded } from './visits.ts';

const draft: Draft = {
  ...{ today: f.policy({ enabled: false }), draft: f.policy() },
  ...{ options: f.options, atMs: f.NOW, most: 10_000 },
};

/** All that it says; which of two groups of as many visits comes first says nothing. */
const told = ({ groups, ...rest }: Forecast) => ({
  ...rest,
  groups: groups.map((group) => JSON.stringify(group)).sort(),
});

/** What is told after each of the smallest steps, and at the end. */
function stepByStep(decisions: Decisions, filter: VisitFilter) {
  const forecasts = createForecasts(decisions, 0);
  const id = forecasts.begin({ filter, draft });
  const parts: Forecast[] = [];
  for (;;) {
    const { isDone, forecast: whole } = forecasts.goOn({ id, isTold: false });
    if (isDone) return { parts, whole };
    const { forecast: part } = forecasts.goOn({ id, isTold: true });
    if (part !== undefined) parts.push(part);
  }
}

const countsOf = ({ judged, unjudged, refused, admitted }: Forecast): readonly number[] => [
  judged + unjudged,
  ...[refused, admitted].flatMap(({ visits, addresses, bots, people }) => [visits, addresses, bots, people]),
];

t.test('parts grow from the newest visits on, and the last is the whole', async (t) => {
  const { decisions } = recorded(t, fc.sample(aVisit, 20 * 36 + 7));
  t.ok(decisions.makeRun(), 'some are in a run, some in segments, some in neither');
  const filters: readonly VisitFilter[] = [everything, { ...everything, bot: 'a', orNone: true }];
  for (const filter of filters) {
    const { parts, whole } = stepByStep(decisions, filter);
    t.strictSame(whole && told(whole), told(await forecast(decisions, filter, draft)), 'the last is whole');
    t.notOk(whole && 'countedMs' in whole);
    const visits = new Set(parts.map(({ admitted }) => admitted.visits));
    t.ok(visits.size > 3, `${visits.size} steps count`);
    let before = Infinity;
    for (const part of parts) {
      const { countedMs = NaN } = part;
      const sure = countsOf(await forecast(decisions, { ...filter, fromMs: countedMs }, draft));
      const isAll = countsOf(part).every((count, at) => count >= (sure[at] ?? 0));
      if (!isAll || !(countedMs <= before))
        t.fail(`${JSON.stringify([countsOf(part), sure])} since ${countedMs}`);
      before = countedMs;
    }
  }
});

/** Forecasts whose steps are noted. */
function watched(decisions: Decisions) {
  const forecasts = createForecasts(decisions, 0);
  const seen = { open: 0, mostOpen: 0, steps: 0, mostSteps: 0, taken: 0 };
  const foresee = createForesee({
    begin: async (asked) => {
      seen.mostOpen = Math.max(seen.mostOpen, (seen.open += 1));
      return forecasts.begin(asked);
    },
    async goOn(asked): Promise<Step> {
      seen.taken += 1;
      seen.mostSteps = Math.max(seen.mostSteps, (seen.steps += 1));
      await new Promise(setImmediate);
      seen.steps -= 1;
      return forecasts.goOn(asked);
    },
    end: async (asked) => {
      seen.open -= 1;
      return forecasts.end(asked);
    },
  });
  return { seen, foresee };
}

t.test('some go on at once, a step of one at a time, and each is whole', async (t) => {
  const { decisions } = recorded(t, fc.sample(aVisit, 400));
  const { seen, foresee } = watched(decisions);
  const all = await Promise.all(Array.from({ length: 7 }, () => lastOf(foresee(everything, draft))));
  const whole = told(await forecast(decisions, everything, draft));
  for (const one of all) t.strictSame(one && told(one), whole);
  t.match(seen, { open: 0, mostOpen: 4, mostSteps: 1 });
});

t.test('one that nobody waits for any more ends, in line or under way', async (t) => {
  const { decisions } = recorded(t, fc.sample(aVisit, 400));
  const { seen, foresee } = watched(decisions);
  let isLeft = false;
  const how = { inParts: true, isLeft: () => isLeft };
  const all = Array.from({ length: 6 }, () => lastOf(foresee(everything, draft, how)));
  while (seen.taken < 8) await new Promise(setImmediate);
  isLeft = true;
  const last = await Promise.all(all);
  t.ok(
    last.every((one) => one === undefined || one.countedMs !== undefined),
    'none is whole',
  );
  t.match(seen, { open: 0, mostOpen: 4 });
  const { taken } = seen;
  t.ok(taken < 16, `${taken} steps`);
  for await (const one of foresee(everything, draft))
    t.notOk('countedMs' in one, 'whole, where no part is asked for');
  t.equal(seen.open, 0);
});

t.test('what its reader breaks off is ended, and so is what cannot be read', async (t) => {
  const { index, decisions } = recorded(t, fc.sample(aVisit, 400));
  const { seen, foresee } = watched(decisions);
  const broken = foresee(everything, draft);
  await broken.next();
  await broken.return();
  t.equal(seen.open, 0);
  index.exec('drop table marks');
  await t.rejects(lastOf(foresee(everything, draft)), /marks/);
  t.equal(seen.open, 0);
});

t.test('what may not be remembered is counted all the same, and no group twice', async (t) => {
  const { decisions } = recorded(t, fc.sample(aVisit, 400));
  const whole = await forecast(decisions, everything, draft);
  for (const room of [0, 12]) {
    let left = room;
    const going = beginForecast(decisions, everything, draft, () => left-- > 0);
    while (going.goOn());
    const { judged, unjudged, admitted, groups, isCut } = going.found();
    t.strictSame([judged, unjudged], [whole.judged, whole.unjudged]);
    t.equal(admitted.visits, whole.admitted.visits);
    const wholes = new Map(whole.groups.map(({ visits, ...group }) => [keyOf(group), visits]));
    for (const { visits, ...group } of groups) if (wholes.get(keyOf(group)) !== visits) t.fail(keyOf(group));
    t.ok(isCut && groups.length <= room, `${groups.length} groups`);
  }
});

const keyOf = (group: object): string => JSON.stringify(Object.entries(group).sort());
