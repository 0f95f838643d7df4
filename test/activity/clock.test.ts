import t from 'tap';
import type { Index } from '../../src/activity/database.ts';
import { queryEvents } from '../../src/activity/query.ts';
import { pruneSome } from '../../src/activity/retention.ts';
import { verifySome, type Verified } from '../../src/activity/verify.ts';
import { batchOf, event, startMs, storeOf } from './events.ts';

const day = 86_400_000;

function verifyAll(index: Index): Verified['chains'] {
  let verified: Verified | undefined;
  do verified = verifySome(index, verified);
  while (!verified.isDone);
  return verified.chains;
}

t.test('a clock that is set forward and back costs nothing: pages go by time, the chain by number', (t) => {
  const { index, decisions } = storeOf(t, 10);
  const jumps = [0, 400 * day, 400 * day + 1, -3 * day, 5, 6];
  for (const [at, jump] of jumps.entries())
    decisions.take(
      batchOf(
        'one',
        at * 5 + 1,
        Array.from({ length: 5 }, (_, more) => event(startMs + jump + more)),
      ),
    );
  const { events } = queryEvents(decisions, {}, 100);
  const times = events.map(({ atMs }) => atMs);
  t.equal(times.length, 30);
  t.strictSame(
    times,
    times.toSorted((a, b) => b - a),
  );
  t.equal(queryEvents(decisions, { fromMs: startMs, toMs: startMs + day }, 100).events.length, 15);
  t.match(verifyAll(index), [{ events: 30, broken: undefined }]);
  pruneSome(index, { retentionDays: 30, maxBytes: 1e9 }, startMs + 401 * day);
  t.match(verifyAll(index), [{ broken: undefined }], 'what a wrong clock deleted is told');
  const { gaps } = queryEvents(decisions, {}, 1);
  const kept = queryEvents(decisions, {}, 100).events.length;
  t.equal(gaps[0]?.count, 30 - kept);
  t.end();
});
