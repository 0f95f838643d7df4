import t from 'tap';
import { createHeldList, type Link } from '../../src/access/held.ts';

interface One extends Link<One> {
  readonly name: string;
}
const one = (name: string): One => ({ name, newer: undefined, older: undefined, isHeld: false });
const namesOf = (list: Iterable<One>): string => [...list].map(({ name }) => name).join('');

t.test('what is held is listed, newest first, whichever goes', async (t) => {
  for (const gone of ['a', 'b', 'c']) {
    const list = createHeldList<One>();
    const all = ['a', 'b', 'c'].map(one);
    all.forEach((each) => list.add(each));
    t.equal(namesOf(list), 'cba');
    const leaving = all.find(({ name }) => name === gone) ?? one('');
    t.ok(list.delete(leaving));
    t.notOk(list.delete(leaving), 'once');
    t.equal(list.size, 2);
    t.equal(namesOf(list), 'cba'.replace(gone, ''));
    t.same(
      [leaving.newer, leaving.older, leaving.isHeld],
      [undefined, undefined, false],
      'and keeps nothing',
    );
    list.add(leaving);
    t.equal(namesOf(list), gone + 'cba'.replace(gone, ''), 'it can come again');
  }
});

t.test('a list that was emptied takes more', async (t) => {
  const list = createHeldList<One>();
  const [first, second] = [one('a'), one('b')];
  list.add(first);
  list.delete(first);
  t.equal(namesOf(list), '');
  list.add(second);
  t.equal(namesOf(list), 'b');
  t.equal(list.size, 1);
});
