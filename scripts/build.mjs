// Builds dist/: `npm run build` checks the types too; setup builds only where a source changed, and leaves them to the tests.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isMain, root, say } from './project.mjs';

const dist = join(root, 'dist');
const app = 'src/admin/dashboard/app';

/** Files below a folder, relative to the root; `skip` is a folder that is left out. */
function filesBelow(folder, skip) {
  const path = join(root, folder);
  if (!existsSync(path) || folder === skip) return [];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const name = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(name, skip) : [name];
  });
}

/** What a build was made of: names, sizes and times; a source that is gone changes it as well. */
function fingerprint(files) {
  const hash = createHash('sha256');
  for (const file of files.sort()) {
    const { size, mtimeMs } = statSync(join(root, file));
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function isCurrent(part, print) {
  const stamp = join(dist, `.${part}`);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === print;
}

function writeStamp(part, print) {
  mkdirSync(dist, { recursive: true });
  writeFileSync(join(dist, `.${part}`), print);
}

function run(module, args, what) {
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules', module), ...args], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, NODE_V8_COVERAGE: '' },
  });
  if (status !== 0) throw new Error(`${what} failed; what it said is above.`);
}

/** Removes what an earlier build made of sources that are gone. */
function prune() {
  for (const file of filesBelow('dist', 'dist/dashboard')) {
    const source = file.replace(/^dist/, 'src').replace(/\.js(\.map)?$/, '.ts');
    if (/\.js(\.map)?$/.test(file) && !existsSync(join(root, source))) rmSync(join(root, file));
  }
}

function buildGateway({ onlyIfNewer }) {
  const print = fingerprint([
    ...filesBelow('src', app),
    ...['package.json', 'tsconfig.json', 'tsconfig.build.json'].filter((file) =>
      existsSync(join(root, file)),
    ),
  ]);
  if (onlyIfNewer && isCurrent('gateway', print)) return;
  say('setup: building the gateway …');
  run(
    'typescript/bin/tsc',
    ['-p', 'tsconfig.build.json', ...(onlyIfNewer ? ['--noCheck'] : [])],
    'the build',
  );
  prune();
  if (existsSync(join(dist, 'main.js'))) chmodSync(join(dist, 'main.js'), 0o755);
  writeStamp('gateway', print);
}

function buildDashboard({ onlyIfNewer }) {
  const config = ['vite.config.ts', 'vite.config.js', `${app}/vite.config.ts`, `${app}/vite.config.js`].find(
    (file) => existsSync(join(root, file)),
  );
  if (config === undefined) return;
  const print = fingerprint([...filesBelow(app), ...filesBelow('src/policy'), config]);
  if (onlyIfNewer && isCurrent('dashboard', print)) return;
  say('setup: building the dashboard …');
  run(
    'vite/bin/vite.js',
    ['build', app, '--config', config, '--logLevel', 'warn'],
    'the build of the dashboard',
  );
  writeStamp('dashboard', print);
}

/** Builds the gateway and its dashboard; with `onlyIfNewer` only what changed, without checking types. */
export async function build(options) {
  buildGateway(options);
  buildDashboard(options);
}

if (isMain(import.meta.url)) {
  try {
    await build({ onlyIfNewer: false });
  } catch (error) {
    say(`build: ${error.message}`);
    process.exit(1);
  }
}
