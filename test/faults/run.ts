// npm run test:faults [-- --short] [--only text]: breaks one thing at a time, and prints a row an experiment.
import { parseArgs } from 'node:util';
import { conduct, type Experiment } from './experiment.ts';
import { keyFaults } from './key-faults.ts';
import { platformFaults } from './platform-faults.ts';
import { processFaults } from './process-faults.ts';
import { redisFaults } from './redis-faults.ts';

const { values } = parseArgs({
  options: { short: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
});

export const experiments: readonly Experiment[] = [
  ...platformFaults,
  ...processFaults,
  ...keyFaults,
  ...redisFaults,
];

const chosen = experiments.filter(
  ({ name, short }) => name.includes(values.only) && (!values.short || short === true),
);
let passed = 0;
console.log('| experiment | figure | bound | ok | s |\n| --- | --- | --- | --- | --- |');
for (const experiment of chosen) {
  const { figure, ok, seconds } = await conduct(experiment);
  if (ok) passed += 1;
  console.log(
    `| ${experiment.name} | ${figure} | ${experiment.bound} | ${ok ? 'yes' : 'NO'} | ${seconds.toFixed(1)} |`,
  );
}
console.log(`\n${passed} passed, ${chosen.length - passed} failed`);
process.exit(passed === chosen.length ? 0 : 1);
