import { randomUUID } from 'node:crypto';
import t from 'tap';
import { bloomOf, mayHold } from '../../src/activity/bloom.ts';

t.test('a filter misses nothing that it holds, and hardly takes anything else for held', (t) => {
  for (const make of [
    () => randomUUID().slice(0, 8),
    (at: number) => String(1_000_000 + at),
    (at: number) => `person-${at}@example.com\nforward`,
  ]) {
    const terms = new Set(Array.from({ length: 4_096 }, (_, at) => make(at)));
    const filter = bloomOf(terms);
    t.equal(filter.length, Math.ceil((terms.size * 14) / 8));
    t.ok([...terms].every((term) => mayHold(filter, term)));
    const others = Array.from({ length: 20_000 }, (_, at) => make(1_000_000 + at)).filter(
      (term) => !terms.has(term),
    );
    const wrong = others.filter((term) => mayHold(filter, term)).length;
    t.ok(wrong < others.length * 0.004, `${wrong} of ${others.length}`);
  }
  t.notOk(mayHold(bloomOf(new Set()), 'a'), 'an empty one holds nothing');
  t.end();
});
