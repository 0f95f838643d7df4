import t from 'tap';
import '../support/uncounted.ts';
import { startScene } from '../hostile/scene.ts';
import { targets, tokens, wire } from './attempts.ts';
import { fuzzFor } from './rounds.ts';

const scene = await startScene();
t.teardown(() => scene.stop());

t.test('nothing is found in 25 seconds', async (t) => {
  // The same tries first on every machine; `npm run fuzz` begins elsewhere.
  const seed = 1;
  const attempts = [
    { ...targets, each: 300 },
    { ...tokens, each: 100 },
    { ...wire(scene), each: 3 },
  ];
  const { tries, findings } = await fuzzFor(attempts, 25_000, seed);
  t.same(findings, [], `seed ${seed}: ${JSON.stringify(tries)}`);
});
