import t from 'tap';
import { createUnguarded } from '../../src/audit/unguarded.ts';
import { readUnguarded, sumUnguarded, writeUnguarded } from '../../src/audit/unguarded-sum.ts';

let nowMs = 1_000;
const seen = (shape: string, open = false) => ({ method: 'GET', shape, open });

t.test('what gateways tell each other is theirs again, and bounded', async (t) => {
  const one = createUnguarded(() => nowMs);
  for (let i = 0; i < 300; i += 1) one.passed(seen(`/some/${i}`));
  for (let i = 0; i < 3; i += 1) one.passed(seen('/often'));
  one.canary({ ...seen('/print/:id'), canary: 'parcel', action: 'refuse' });
  one.notSearched('coding');
  const shared = readUnguarded(writeUnguarded(one.read()));
  t.match(shared, { sinceMs: 1_000, left: 101, shapes: [{ shape: '/often', count: 3 }] });
  t.equal(shared?.shapes.length, 200);
  t.match(shared?.canaries, [{ canary: 'parcel', action: 'refuse', count: 1 }]);
  t.same(shared?.notSearched, new Map([['coding', 1]]));
});

t.test('their sum', async (t) => {
  const [one, two] = [createUnguarded(() => nowMs), createUnguarded(() => (nowMs += 500))];
  one.passed(seen('/a', true));
  two.passed(seen('/a'));
  two.passed(seen('/a'));
  for (const each of [one, two]) each.notSearched('busy');
  const sum = sumUnguarded([one.read(), two.read()], false);
  t.match(sum, { gateways: 2, partial: false, sinceMs: 1_000, left: 0 });
  t.match(sum.shapes, [{ shape: '/a', count: 3, open: false, firstMs: 1_500, lastMs: 2_500 }]);
  t.equal(sum.notSearched.get('busy'), 2);
});

t.test('what cannot be read is nobody’s', async (t) => {
  const good = writeUnguarded(createUnguarded(() => 1).read());
  t.ok(readUnguarded(good));
  for (const text of [
    '',
    '[]',
    good.replace('"left":0', '"left":"0"'),
    good.replace('"shapes":[]', '"shapes":[{"method":"GET"}]'),
    good.replace(
      '"canaries":[]',
      '"canaries":[{"method":"GET","shape":"/","count":1,"firstMs":1,"lastMs":1,"open":true}]',
    ),
    good.replace('"notSearched":[]', '"notSearched":[["busy"]]'),
  ])
    t.equal(readUnguarded(text), undefined, text);
});
