// npm run test:faults [-- --short] [--only text]: breaks one thing at a time, and prints a row an experiment.
import { parseArgs } from 'node:util';
import { conduct } from './experiment.ts';
import { experiments } from './experiments.ts';

const { values } = parseArgs({
  options: { short: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
});
const chosen = experiments.filter(
  ({ name, short }) => name.includes(values.only) && (!values.short || short === true),
);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
let passed = 0;
say('| experiment | figure | bound | ok | s |\n| --- | --- | --- | --- | --- |');
for (const experiment of chosen) {
  const { figure, ok, seconds } = await conduct(experiment);
  if (ok) passed += 1;
  say(
    `| ${experiment.name} | ${figure} | ${experiment.bound} | ${ok ? 'yes' : 'NO'} | ${seconds.toFixed(1)} |`,
  );
}
say(`\n${passed} passed, ${chosen.length - passed} failed`);
process.exit(passed === chosen.length ? 0 : 1);
