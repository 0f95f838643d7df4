import t, { type Test } from 'tap';
import { unpackColumn } from '../../src/activity/column-unpack.ts';
import { packColumn } from '../../src/activity/column-pack.ts';
import { partId } from '../../src/activity/compact.ts';
import { openDecisions } from '../../src/activity/decisions.ts';
import { pruneSome } from '../../src/activity/retention.ts';
import type { SegmentColumn } from '../../src/activity/segment.ts';
import type { ChainState } from '../../src/activity/walk.ts';
import { verifySome, type Verified } from '../../src/activity/verify.ts';
import type { Index } from '../../src/activity/database.ts';
import { batchOf, event, startMs, storeOf } from './events.ts';

const day = 86_400_000;

function verifyAll(index: Index): readonly ChainState[] {
  let verified: Verified | undefined;
  do verified = verifySome(index, verified);
  while (!verified.isDone);
  return verified.chains;
}

/** Fifty events of one gateway, ten of another between them; those up to 40 in two segments, the others not yet. */
function filled(t: Test): { readonly index: Index; readonly brokenBy: (change: () => void) => unknown } {
  const { index, decisions } = storeOf(t, 25);
  for (let first = 1; first <= 50; first += 5) {
    const events = Array.from({ length: 5 }, (_, at) =>
      event(startMs + first + at, { subject: `s${first + at}`, bot: first % 2 === 1 ? 'a' : 'b' }),
    );
    decisions.take(batchOf('one', first, events));
    if (first % 10 === 1)
      decisions.take(batchOf('two', (first + 9) / 5 - 1, [event(startMs + first), event(startMs)]));
  }
  const brokenBy = (change: () => void): unknown => {
    index.exec('begin');
    change();
    const [chain] = verifyAll(index);
    index.exec('rollback');
    return chain?.broken;
  };
  return { index, brokenBy };
}

/** Changes the cells of a column as one who knows how they are packed. */
function repack(
  index: Index,
  segment: number,
  name: SegmentColumn,
  change: (row: number, cell: unknown) => unknown,
): void {
  const id = partId(segment, name);
  const { data } = index.prepare('select data from parts where id = ?').get(id) as { data: Uint8Array };
  const { count } = index.prepare('select count from segments where id = ?').get(segment) as {
    count: number;
  };
  const column = unpackColumn(data);
  const cells = Array.from({ length: count }, (_, row) => change(row, column.cell(row)) as string);
  index.prepare('update parts set data = ? where id = ?').run(packColumn(cells), id);
}

t.test('the chain names the first event that was changed or taken out', (t) => {
  const { index, brokenBy } = filled(t);
  t.match(verifyAll(index), [
    { replica: 'one', events: 50, firstSeq: 1, lastSeq: 50, broken: undefined },
    { replica: 'two', events: 10, firstSeq: 1, lastSeq: 10, broken: undefined },
  ]);
  const { segments } = index.prepare('select count(*) as segments from segments').get() as {
    segments: number;
  };
  t.equal(segments, 2);
  const rename = (segment: number, of: string) => () =>
    repack(index, segment, 'subject', (_row, cell) => (cell === of ? 'other' : cell));
  t.match(brokenBy(rename(1, 's7')), { seq: 7, atMs: startMs + 7, why: 'changed' }, 'in a segment');
  t.match(brokenBy(rename(2, 's33')), { seq: 33, why: 'changed' }, 'in the next one');
  t.match(
    brokenBy(() => index.exec('update batches set lines = replace(lines, \'"s48"\', \'"s47"\')')),
    { seq: 48, why: 'changed' },
    'in a batch',
  );
  t.match(
    brokenBy(() =>
      index.exec("delete from batches where id = (select max(id) from batches where replica = 'one')"),
    ),
    { seq: 50, why: 'missing' },
    'the last ones, too',
  );
  t.match(
    brokenBy(() => index.exec('delete from segments where id = 2')),
    { why: 'missing' },
    'a whole segment',
  );
  t.match(
    brokenBy(() => index.exec('update parts set data = zeroblob(9) where id % 64 = 3 and id < 128')),
    { seq: 1, why: 'changed' },
    'what cannot be read',
  );
  t.match(
    brokenBy(() =>
      index.exec('update segments set chains = replace(chains, \'"hash":"\', \'"hash":"0\') where id = 1'),
    ),
    { why: 'changed' },
    'a link',
  );
  t.match(
    brokenBy(() => index.exec('update parts set data = zeroblob(length(data)) where id = 1 * 64 + 63')),
    { seq: 1, why: 'changed' },
    'the checks',
  );
  t.match(
    brokenBy(() => index.exec("delete from chains where replica = 'one'")),
    undefined,
    'a chain without its head is told after the others',
  );
  index.exec("delete from chains where replica = 'one'");
  t.match(verifyAll(index), [{ replica: 'two' }, { replica: 'one', broken: { why: 'missing' } }]);
  t.end();
});

t.test('what is old or too much goes as whole segments, and its going is told', (t) => {
  const { index, decisions } = storeOf(t, 10);
  const fill = (first: number, count: number) =>
    decisions.take(
      batchOf(
        'one',
        first,
        Array.from({ length: count }, (_, at) => event(startMs + (first + at - 1) * day)),
      ),
    );
  for (let first = 1; first <= 36; first += 5) fill(first, 5);
  const prune = (retentionDays: number, days: number, maxBytes = 1e9) =>
    pruneSome(index, { retentionDays, maxBytes }, startMs + days * day);
  t.equal(prune(25, 36), true, 'ten are older than eleven days');
  t.equal(prune(25, 36), false);
  const kept = (): number =>
    decisions
      .segments({ fromMs: 0, toMs: Number.MAX_SAFE_INTEGER })
      .reduce((all, { count }) => all + count, 0);
  t.equal(kept(), 30);
  const marks = () => index.prepare("select fromMs, toMs, count from marks where kind = 'pruned'").all();
  t.match(marks(), [{ count: 10, fromMs: startMs, toMs: startMs + 9 * day }]);
  t.match(verifyAll(index), [{ events: 30, firstSeq: 11, lastSeq: 40, broken: undefined }]);

  t.equal(prune(100, 36, 1), true, 'too many bytes: the oldest segment goes');
  t.equal(kept(), 20);
  t.match(marks(), [{ count: 20, fromMs: startMs, toMs: startMs + 19 * day }]);
  while (prune(100, 36, 1));
  t.equal(kept(), 0);
  t.match(verifyAll(index), [{ events: 0, lastSeq: 40, broken: undefined }]);
  fill(41, 10);
  t.match(verifyAll(index), [{ events: 10, broken: undefined }], 'the next one is linked to what went');
  t.match(openDecisions(index).segments({ fromMs: 0, toMs: Number.MAX_SAFE_INTEGER }), [{ count: 10 }]);
  t.end();
});

t.test(
  'a segment that is deleted between others leaves its links, and a verification under way goes on',
  (t) => {
    const { index, decisions } = storeOf(t, 5);
    const at = (days: number, first: number) =>
      decisions.take(
        batchOf(
          'one',
          first,
          Array.from({ length: 5 }, () => event(startMs + days * day)),
        ),
      );
    at(50, 1);
    at(1, 6);
    at(40, 11);
    at(60, 16);
    const begun = verifySome(index);
    t.equal(
      pruneSome(index, { retentionDays: 1, maxBytes: 1e9 }, startMs + 10 * day),
      true,
      'the clock was set back',
    );
    t.match(verifyAll(index), [{ events: 15, broken: undefined }]);
    t.equal(pruneSome(index, { retentionDays: 1, maxBytes: 1e9 }, startMs + 55 * day), true);
    let verified = verifySome(index, begun);
    while (!verified.isDone) verified = verifySome(index, verified);
    t.match(verified.chains, [{ broken: undefined, lastSeq: 20 }]);
    t.end();
  },
);
