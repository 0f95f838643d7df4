// `npm run fuzz -- --minutes 5 --seed 1`: for as long as one likes; what is found is printed as a row to paste.
import { parseArgs } from 'node:util';
import { startScene } from '../hostile/scene.ts';
import { targets, tokens, wire } from './attempts.ts';
import { fuzzFor } from './rounds.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string' }, seed: { type: 'string' } } });
const minutes = Number(values.minutes ?? 5);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const scene = await startScene();
const attempts = [
  { ...targets, each: 2_000 },
  { ...tokens, each: 500 },
  { ...wire(scene), each: 20 },
];
const { tries, findings } = await fuzzFor(attempts, minutes * 60_000, seed);
await scene.stop();
const say = (text: string): void => void process.stdout.write(`${text}\n`);
for (const [name, count] of Object.entries(tries)) say(`${count} ${name}`);
for (const finding of findings) say(finding);
say(`seed ${seed}: ${findings.length} found`);
process.exitCode = findings.length === 0 ? 0 : 1;
