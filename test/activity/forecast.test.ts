import { join } from 'node:path';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { openActivity, type Activity } from '../../src/activity/activity.ts';
import { lastOf } from '../../src/activity/foresee.ts';
import type { Forecast } from '../../src/activity/forecast.ts';
import { pruneSome } from '../../src/activity/retention.ts';
import { askedText } from '../../src/policy/asked-text.ts';
import { decide, type DecisionInput } from '../../src/policy/decide.ts';
import { settingsFor, strictestMode, type PolicyView } from '../../src/policy/policy.ts';
import * as f from '../policy/facts.ts';
import { anInput, aView } from './drafts.ts';
import { batchOf, event, forecast, startMs, storeOf } from './events.ts';

/** The whole of it takes minutes: `FORECAST_EVENTS=100000 FORECAST_DRAFTS=100`. */
const counts = {
  events: Number(process.env['FORECAST_EVENTS'] ?? 2_000),
  drafts: Number(process.env['FORECAST_DRAFTS'] ?? 12),
};

/** Whether a request passes, asked of `decide` afresh. */
function passes(asked: DecisionInput, view: PolicyView): boolean {
  const { resource } = asked;
  const { defaults } = f.options;
  const mode =
    resource.kind === 'transcript'
      ? settingsFor(view, defaults, resource.bot).mode
      : strictestMode(view, defaults, 'bots' in resource ? resource.bots : undefined);
  return mode === 'report' || decide(asked, view, f.options, f.NOW).outcome === 'forward';
}

async function recorded(t: Test, inputs: readonly DecisionInput[]): Promise<Activity> {
  const options = { folder: join(t.testdir(), 'record'), replica: 'one', retentionDays: 400, maxBytes: 1e10 };
  const activity = openActivity(options, {
    log: { warn: (_, message) => t.fail(message) },
    now: () => startMs,
  });
  t.teardown(() => activity.close());
  for (const [at, asked] of inputs.entries()) {
    const { resource, client, principal, delegation } = asked;
    const decided = decide(asked, f.empty, f.options, f.NOW);
    activity.record(
      event(startMs + at, {
        ...decided,
        bot: resource.kind === 'transcript' ? resource.bot : undefined,
        subject: `request-${at}`,
        clientIpStatus: client.status,
        clientIp: client.status === 'unknown' ? undefined : client.address,
        asked: askedText({ resource, principal, ...(delegation === 'proven' && { delegation }) }),
      }),
    );
    if (at % 5_000 === 0) await activity.settled();
  }
  await activity.settled();
  return activity;
}

t.test('every recorded request is answered by a draft as decide answers it afresh', async (t) => {
  const inputs = fc.sample(anInput, counts.events);
  const activity = await recorded(t, inputs);
  // Each there and back, so that as many are refused as are admitted.
  const pairs = fc
    .sample(fc.tuple(aView, aView), counts.drafts / 2)
    .flatMap(([a, b]) => [[a, b] as const, [b, a] as const]);
  const seen = { refused: 0, admitted: 0 };
  let ms = 0;
  for (const [at, [today, draft]] of pairs.entries()) {
    const since = performance.now();
    const compared = { today, draft, options: f.options, atMs: f.NOW, most: counts.events };
    const found = await lastOf(activity.foresee({ fromMs: 0, toMs: Number.MAX_SAFE_INTEGER }, compared));
    if (found === undefined) return t.fail('nothing is told');
    ms += performance.now() - since;
    const effects = new Map(found.groups.map(({ subject, effect }) => [subject, effect]));
    const wrong = inputs.filter((asked, number) => {
      const [was, becomes] = [passes(asked, today), passes(asked, draft)];
      const wanted = was === becomes ? undefined : was ? 'refused' : 'admitted';
      if (wanted !== undefined) seen[wanted] += 1;
      return effects.get(`request-${number}`) !== wanted;
    });
    if (wrong.length > 0)
      t.strictSame(wrong.slice(0, 3), [], `draft ${at}: ${wrong.length} are not as decided`);
    const counted = found.refused.visits + found.admitted.visits;
    if (counted !== effects.size || found.judged !== inputs.length) t.fail(`draft ${at}: ${counted} counted`);
  }
  t.ok(Math.min(seen.refused, seen.admitted) > counts.events / 2, `both often: ${JSON.stringify(seen)}`);
  t.comment(`${counts.events} requests, ${counts.drafts} drafts, ${(ms / counts.drafts).toFixed(0)} ms each`);
});

const everything = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
const closing = {
  today: f.policy(),
  draft: f.policy({ enabled: false }),
  options: f.options,
  atMs: f.NOW,
  most: 5,
};
const listed = { bot: 'a', clientIp: '203.0.113.7', asked: 'transcript w anonymous:no-credential' };

t.test('requests are grouped by who asked, and counted', async (t) => {
  const { decisions } = storeOf(t, 4);
  const more = [
    event(startMs + 1, listed),
    event(startMs + 5, listed),
    event(startMs + 3, { ...listed, clientIp: '203.0.113.8' }),
    event(startMs + 4, { ...listed, clientIp: '203.0.113.8', subject: 'ann', asked: 'transcript w known' }),
    event(startMs + 6, {
      ...listed,
      clientIp: '203.0.113.8',
      subject: 'bob',
      asked: 'transcript w known+member',
    }),
    event(startMs + 7, { bot: 'a', clientIp: '203.0.113.7' }),
  ];
  decisions.take(
    batchOf('one', 1, more, [{ kind: 'start', fromMs: startMs, toMs: startMs, count: 0, replica: 'one' }]),
  );
  const found = await forecast(decisions, everything, closing);
  t.match(found, {
    judged: 5,
    unjudged: 1,
    refused: { visits: 4, addresses: 2, bots: 1, people: 1 },
    admitted: { visits: 0, addresses: 0, bots: 0, people: 0 },
    groupCount: 3,
    isCut: false,
    sinceMs: startMs,
    gaps: [],
  });
  t.match(found.groups[0], {
    effect: 'refused',
    was: 'whitelisted-bot',
    becomes: 'no-credential',
    address: '203.0.113.7',
    bot: 'a',
    visits: 2,
    firstMs: startMs + 1,
    lastMs: startMs + 5,
  });
  t.match(
    found.groups.find(({ subject }) => subject === 'ann'),
    { becomes: 'no-access' },
  );
  t.equal((await forecast(decisions, everything, { ...closing, most: 1 })).groups.length, 1);
  const opening = { ...closing, today: closing.draft, draft: closing.today };
  t.match(await forecast(decisions, everything, opening), {
    admitted: { visits: 4 },
    refused: { visits: 0 },
  });
  t.match(await forecast(decisions, { ...everything, bot: 'b' }, closing), {
    judged: 0,
    refused: { visits: 0 },
  });
});

t.test('it says what the record lacks', async (t) => {
  const { index, decisions } = storeOf(t, 2);
  const day = 86_400_000;
  const marks = [
    { kind: 'start' as const, fromMs: startMs, toMs: startMs, count: 0, replica: 'one' },
    { kind: 'lost' as const, fromMs: startMs + 50, toMs: startMs + 60, count: 7, replica: 'one' },
  ];
  decisions.take(batchOf('one', 1, [event(startMs, listed), event(startMs + 1, listed)], marks));
  decisions.take(batchOf('one', 3, [event(startMs + 40 * day, listed), event(startMs + 40 * day, listed)]));
  const before: Forecast = await forecast(decisions, everything, closing);
  t.match(before, { judged: 4, sinceMs: startMs, gaps: [{ kind: 'lost', count: 7 }] });
  const asked = { ...everything, fromMs: startMs + 10 * day };
  t.match(await forecast(decisions, asked, closing), { judged: 2, sinceMs: asked.fromMs, gaps: [] });
  pruneSome(index, { retentionDays: 30, maxBytes: 1e9 }, startMs + 40 * day);
  const after = await forecast(decisions, everything, closing);
  t.match(after, { judged: 2, sinceMs: startMs + 1, gaps: [{ kind: 'pruned', count: 2 }] });
});
