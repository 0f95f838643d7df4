import t from 'tap';
import '../support/uncounted.ts';
import { conduct } from './experiment.ts';
import { experiments } from './experiments.ts';

t.test('the short form: one thing broken at a time, on real processes', async (t) => {
  t.setTimeout(600_000);
  for (const experiment of experiments.filter(({ short }) => short)) {
    const { figure, ok } = await conduct(experiment);
    t.ok(ok, `${experiment.name}: ${figure} (${experiment.bound})`);
  }
});
