// `npm run test:mutants`: weakens the guard by one line at a time, in a copy, and expects the named tests to notice.
// `npm run test:mutants -- reading` takes those whose file has that in its name; `--list` only checks the list.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mutants } from './list.mjs';

const root = new URL('../../', import.meta.url).pathname;
const loader = join(root, 'node_modules/@tapjs/typescript/dist/esm/import.mjs');
const copied = ['src', 'test', 'docker', 'scripts', 'package.json', 'tsconfig.json'];
/** Shared with the copy: what is installed, and the tools that tests fetched. */
const linked = ['node_modules', '.cache'];
const options = process.argv.slice(2);
const wanted = options.filter((word) => !word.startsWith('--'));
const chosen = mutants.filter(
  ({ file }) => wanted.length === 0 || wanted.some((word) => file.includes(word)),
);

/** Where a text stands in a file; the list is wrong unless it stands there exactly once. */
function applied({ file, from, to }) {
  const text = readFileSync(join(root, file), 'utf8');
  const parts = text.split(from);
  if (parts.length !== 2)
    throw new Error(`${file}: ${JSON.stringify(from)} is there ${parts.length - 1} times`);
  return parts.join(to);
}

function makeCopy() {
  const dir = mkdtempSync(join(tmpdir(), 'mutants-'));
  for (const name of copied) cpSync(join(root, name), join(dir, name), { recursive: true });
  for (const name of linked) if (existsSync(join(root, name))) symlinkSync(join(root, name), join(dir, name));
  return dir;
}

/** True where a test file passes. */
function passes(dir, file) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [`--import=${loader}`, file], {
      cwd: dir,
      stdio: 'ignore',
      env: { ...process.env, TAP_BAIL: '1', TAP_TIMEOUT: '120', NODE_V8_COVERAGE: '' },
    });
    child.on('close', (code) => resolve(code === 0));
  });
}

async function notices(dir, mutant, text) {
  const path = join(dir, mutant.file);
  const original = readFileSync(path, 'utf8');
  writeFileSync(path, text);
  let by;
  for (const file of mutant.tests) if (by === undefined && !(await passes(dir, file))) by = file;
  writeFileSync(path, original);
  return by;
}

const sum = { passed: 0, failed: 0 };
function tell(good, what) {
  sum[good ? 'passed' : 'failed'] += 1;
  console.log(`${good ? 'ok      ' : 'FAILED  '} ${what}`);
}

const texts = new Map(mutants.map((mutant) => [mutant, applied(mutant)]));
if (options.includes('--list')) console.log(`${mutants.length} mutants, each of one place`);
else {
  const dir = makeCopy();
  try {
    for (const file of new Set(chosen.flatMap(({ tests }) => tests)))
      if (!(await passes(dir, file))) tell(false, `${file} fails before anything is changed`);
    for (const mutant of sum.failed > 0 ? [] : chosen) {
      const by = await notices(dir, mutant, texts.get(mutant));
      tell(
        by !== undefined,
        `${mutant.file}: ${mutant.what}${by === undefined ? ' — nobody noticed' : ` — ${by}`}`,
      );
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  console.log(`${sum.passed} passed, ${sum.failed} failed`);
}
process.exitCode = sum.failed === 0 ? 0 : 1;
