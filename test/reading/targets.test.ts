import t from 'tap';
import * as table from './targets.ts';
import { read } from './table.ts';

t.test('every target asks for what its row says', async (t) => {
  for (const [group, rows] of Object.entries(table)) {
    const wrong = rows
      .map(([target, expected]) => ({ target, expected, found: read(target) }))
      .filter(({ expected, found }) => found !== expected);
    t.same(wrong, [], `${group}: ${rows.length} rows`);
    t.equal(new Set(rows.map(([target]) => target)).size, rows.length, `${group}: no row twice`);
  }
});
