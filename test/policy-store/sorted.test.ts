import fc from 'fast-check';
import t from 'tap';
import { quadValue } from '../../src/policy/range.ts';
import { sortRanges, sortedAfter } from '../../src/changes/sorted.ts';
import type { RangeRecord } from '../../src/changes/change.ts';
import { range } from './drafts.ts';

const record = fc
  .tuple(fc.nat({ max: 50 }), fc.nat({ max: 8 }), fc.nat({ max: 0xffff }))
  .map(([start, more, id]) =>
    range(id, 0xfffffff0 - start * 0x1000000, 0xfffffff0 - start * 0x1000000 + more),
  );
const records = fc.uniqueArray(record, { selector: (one) => one.id, maxLength: 60 });

/** The order, said plainly. */
function plainly(ranges: readonly RangeRecord[]): readonly RangeRecord[] {
  const key = (one: RangeRecord): string =>
    [one.start, one.end].map((quad) => quadValue(quad).toString(16).padStart(8, '0')).join() + one.id;
  return [...ranges].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

const ids = (ranges: readonly RangeRecord[] | undefined): string =>
  (ranges ?? []).map((one) => one.id).join();

void t.test('a list is sorted by start, end and id, and stays so change by change', async (t) => {
  fc.assert(
    fc.property(records, fc.nat({ max: 60 }), (all, cut) => {
      const [before, added] = [all.slice(0, cut), all.slice(cut)];
      const removed = before.filter((_, i) => i % 3 === 0);
      const left = before.filter((_, i) => i % 3 !== 0);
      const sorted = sortRanges(before);
      return (
        ids(sorted) === ids(plainly(before)) &&
        ids(sortedAfter(sorted, removed, added)) === ids(plainly([...left, ...added]))
      );
    }),
  );
  const many = Array.from({ length: 20_000 }, (_, i) => range(i, (i * 2654435761) % 0xffffffff));
  t.equal(ids(sortRanges(many)), ids(plainly(many)));
  t.equal(sortedAfter(many, many, []), undefined, 'what is mostly another list is sorted anew');
  t.equal(
    sortedAfter([range(1, 5)], [range(2, 5)], []),
    undefined,
    'as is one without what is said to be in it',
  );
});
