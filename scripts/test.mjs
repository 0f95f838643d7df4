// `npm test`: static checks, every test with its coverage, and the gate on that. `npm test -- test/policy` runs those
// files only, without gate. The last line says what came of it.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildTests } from './built-tests.mjs';
import { rawFolder } from './coverage.mjs';
import { root } from './project.mjs';
import { createTapReader } from './tap-lines.mjs';
import { toolEnvironment } from './tools.mjs';

/** A folder stands for the tests in it. */
const only = process.argv.slice(2).flatMap((name) =>
  name.endsWith('.ts')
    ? [name]
    : readdirSync(join(root, name), { recursive: true })
        .filter((file) => file.endsWith('.test.ts'))
        .map((file) => join(name, file)),
);
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const sum = { passed: 0, failed: 0, skipped: 0 };
const failures = [];

function count(passed, what) {
  if (passed) sum.passed += 1;
  else {
    sum.failed += 1;
    failures.push(what);
  }
}

const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** Runs a node program to its end, at the priority of a lull; its output comes as text. */
function run(args) {
  return new Promise((resolve) => {
    // Compilers make much that is soon garbage: more room for it saves a fifth of their time.
    const room = ['--min-semi-space-size=64', '--max-semi-space-size=128'];
    const child = spawn(process.execPath, [...room, ...args], { cwd: root });
    if (child.pid !== undefined) setPriority(child.pid, 10);
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk) => (text += chunk));
    child.on('close', (code) => resolve({ code, text }));
  });
}

const bin = (name) => join(root, 'node_modules', name);
const checks = [
  ['types and lint', ['scripts/static.mjs']],
  ['format', [bin('prettier/bin/prettier.cjs'), '--check', '--log-level=warn', '.']],
  ...(scripts['docs:check']
    ? [['generated documents', scripts['docs:check'].replace(/^node /, '').split(' ')]]
    : []),
];

/** The checks that run nothing, two at a time, beside the fetching of tools and the tests. */
async function staticChecks() {
  const waiting = [...checks];
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [name, args] = next;
      const since = Date.now();
      const { code, text } = await run(args);
      console.log(
        `${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds(since)})${code === 0 ? '' : `\n${text}`}`,
      );
      count(code === 0, name);
    }
  };
  await Promise.all([lane(), lane()]);
}

function tapArguments() {
  return [bin('tap/dist/esm/run.mjs'), 'run', '--disable-coverage', '--reporter=tap', ...only];
}

const builtSources = new URL('./built-sources.mjs', import.meta.url).href;

/** All tests, on what was built; every process that they start writes what it ran. */
async function tests(environment) {
  rmSync(rawFolder, { recursive: true, force: true });
  mkdirSync(rawFolder, { recursive: true });
  const child = spawn(process.execPath, tapArguments(), {
    cwd: root,
    env: {
      ...process.env,
      ...environment,
      NODE_V8_COVERAGE: rawFolder,
      NODE_ENV: 'test',
      // As an argument it would come too late to spare the compiler.
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import=${builtSources}`.trim(),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const reader = createTapReader(console.log);
  createInterface({ input: child.stdout }).on('line', reader.line);
  const code = await new Promise((resolve) => child.on('close', resolve));
  const counts = reader.counts();
  for (const kind of Object.keys(sum)) sum[kind] += counts?.[kind] ?? 0;
  if (counts?.failed > 0) failures.push(`${counts.failed} tests`);
  else if (code !== 0 || counts === undefined) count(false, `the test runner ended with ${code}`);
}

async function gate() {
  const since = Date.now();
  const { code, text } = await run(['scripts/coverage.mjs', 'lcovonly', 'json-summary']);
  console.log(`${text}${code === 0 ? 'ok    ' : 'FAILED'} coverage (${seconds(since)})`);
  count(code === 0, 'coverage');
}

const since = Date.now();
try {
  const checked = only.length === 0 ? staticChecks() : undefined;
  const environment = toolEnvironment();
  await buildTests();
  await tests(environment);
  await checked;
  if (only.length === 0) await gate();
} catch (error) {
  console.log(`FAILED ${error.message}`);
  count(false, error.message);
}
if (failures.length > 0) console.log(`failed: ${failures.join(', ')}`);
console.log(`in ${seconds(since)}`);
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
process.exitCode = sum.failed === 0 ? 0 : 1;
