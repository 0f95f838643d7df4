import t from 'tap';
import { createLeases } from '../../src/access/leases.ts';
import type { Answer, Authorize } from '../../src/access/question.ts';
import type { Decision } from '../../src/policy/reason.ts';
import * as f from '../policy/facts.ts';

const question = {
  method: 'GET',
  target: '/transcripts/a/1',
  headers: [],
  peer: { address: '192.0.2.1' },
  upgrade: false,
};
const answer = (decision: Decision, more: Partial<Answer> = {}): Answer => ({
  decision,
  resource: f.transcript,
  principal: f.member('a'),
  client: f.elsewhere,
  forwarding: { chain: [], peerTrusted: false },
  mode: 'enforce',
  enforced: true,
  revision: 1,
  stale: false,
  ...more,
});
const granted = answer({ outcome: 'forward', reason: 'bot-access' });
const refused = answer({ outcome: 'deny', reason: 'no-access' });
const soon = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** One lease in use. */
function open(authorize: Authorize, given: Answer = granted) {
  let asked = (): void => undefined;
  const subscribe = (listener: () => void) => {
    asked = listener;
    return () => undefined;
  };
  const leases = createLeases({ authorize, accepts: () => true, subscribe });
  t.teardown(() => leases.close());
  const ends: string[] = [];
  leases.open(question, given, (_now, why) => ends.push(why));
  return { leases, ends, ask: () => asked() };
}

t.test('a change while an answer is waited for is asked about after it', async (t) => {
  let now: Answer = granted;
  const slow = open(async () => (await soon(20), now));
  slow.ask();
  await soon(20);
  now = refused;
  slow.ask();
  slow.ask();
  await soon(80);
  t.same(slow.ends, ['no-access']);
  t.equal(slow.leases.size, 0);
});

t.test('what cannot be answered is no grant', async (t) => {
  const broken = open(() => {
    throw new Error('broken');
  });
  const failing = open(() => Promise.reject(new Error('broken')));
  const both = open((_question, how) => {
    if (how?.as === undefined) return new Promise(() => undefined);
    throw new Error('broken');
  });
  for (const one of [broken, failing, both]) one.ask();
  await soon(20);
  t.same([broken.ends, failing.ends, both.ends], [['internal-error'], ['internal-error'], []]);
  await soon(800);
  t.same(both.ends, ['internal-error'], 'nor where not even what is known can be judged');
});

const member = (more: object): Answer => ({ ...granted, principal: { ...f.member('a'), ...more } });
const valid = member({ expiresAtMs: Date.now() + 60_000 });

t.test('what was verified stays so where it cannot be verified again', async (t) => {
  const away = answer({ outcome: 'unavailable', reason: 'keys-unavailable' });
  const keysAway: Authorize = (_question, how) => (how?.as === undefined ? away : granted);
  const verified = open(keysAway, valid);
  const expired = open(keysAway, member({ expiresAtMs: Date.now() - 1 }));
  const nobody = open(keysAway, { ...granted, principal: f.nobody() });
  for (const one of [verified, expired, nobody]) one.ask();
  await soon(20);
  t.same([verified.ends, expired.ends, nobody.ends], [[], ['keys-unavailable'], ['keys-unavailable']]);
  verified.leases.endAll();
  t.same(verified.ends, ['closing']);
});

t.test('a judge that does not answer leaves what is known to judge by', async (t) => {
  let policy = granted;
  /** Says who is asked about, where it is told. */
  const stuck: Authorize = (_question, how) => {
    const { as } = how ?? {};
    if (as === undefined) return new Promise(() => undefined);
    if (as.kind === 'known') return policy;
    return answer({
      outcome: as.kind === 'undetermined' ? 'unavailable' : 'login',
      reason: as.reason,
    } as Decision);
  };
  const session = { session: 'desk', expiresAtMs: Date.now() + 60_000 };
  const rows: readonly (readonly [name: string, given: Answer, ends: readonly string[]])[] = [
    ['a token', valid, []],
    ['a bearer that has expired', member({ via: 'bearer', expiresAtMs: 1 }), ['token-expired']],
    ['one in a header', member({ via: 'header', expiresAtMs: 1 }), ['token-expired']],
    ['one in a query', member({ via: 'query', expiresAtMs: 1 }), ['token-expired']],
    ['a cookie that has expired', member({ expiresAtMs: 1 }), ['session-expired']],
    ['a session, which may have ended', member(session), ['sessions-unavailable']],
    ['nobody', { ...granted, principal: f.nobody() }, ['no-credential']],
  ];
  const all = rows.map(([name, given, ends]) => ({ name, ends, one: open(stuck, given) }));
  all.forEach(({ one }) => one.ask());
  await soon(500);
  for (const { one, name } of all) t.same(one.ends, [], `${name}: it may take a moment`);
  await soon(400);
  for (const { one, name, ends } of all) t.same(one.ends, ends, name);
  policy = refused;
  all[0]?.one.ask();
  t.same(all[0]?.one.ends, ['no-access'], 'and a new policy counts at once for who is still asked about');
});

t.test('what is stuck holds no other up, however many there are', async (t) => {
  let now = granted;
  const given = member({ session: 'desk' });
  const leases = createLeases({
    authorize: ({ target }, how) => {
      if (target === '/quick') return now;
      if (how?.as !== undefined) return answer({ outcome: 'unavailable', reason: 'sessions-unavailable' });
      return target === '/slow' ? soon(20).then(() => now) : new Promise(() => undefined);
    },
    accepts: () => true,
    subscribe: () => () => undefined,
  });
  t.teardown(() => leases.close());
  const ended: string[] = [];
  for (let at = 0; at < 400; at += 1)
    for (const target of ['/stuck', ...(at < 20 ? ['/slow', '/quick'] : [])])
      leases.open({ ...question, target }, given, () => void ended.push(target));
  await soon(500);
  now = refused;
  const start = performance.now();
  while (leases.size > 0 && performance.now() - start < 5_000) await soon(10);
  t.equal(ended.length, 440);
  const tookMs = performance.now() - start;
  t.ok(tookMs < 2_000, `${Math.round(tookMs)} ms`);
});

t.test('however long an answer takes to be made, other work gets its turn between them', async (t) => {
  let asked = 0;
  const busy = open(() => {
    asked += 1;
    const since = performance.now();
    while (performance.now() - since < 2);
    return granted;
  });
  for (let more = 1; more < 60; more += 1) busy.leases.open(question, granted, () => undefined);
  let turns = 0;
  const turn = (): void => void (asked < 60 && ((turns += 1), setImmediate(turn)));
  busy.ask();
  setImmediate(turn);
  while (asked < 60) await soon(10);
  t.ok(turns > 10, `${turns} turns`);
});
