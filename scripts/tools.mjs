// Finds the real programs that the tests talk to: a Redis server, a browser. In this order: a path in the environment,
// PATH, and else Debian's package, fetched with an apt state of its own and unpacked into .cache/. Nothing is installed
// on the machine, and no root is needed.
//
//   node scripts/tools.mjs                 a line `name=path` for each
//   node scripts/tools.mjs redis-server    the path of that one
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fetchFromDebian } from './debian.mjs';
import { isMain, say } from './project.mjs';

export const tools = {
  'redis-server': {
    variable: 'REDIS_SERVER',
    programs: ['redis-server', 'valkey-server'],
    packages: [
      ['redis-server', 'usr/bin/redis-server'],
      ['valkey-server', 'usr/bin/valkey-server'],
    ],
  },
  chromium: {
    variable: 'CHROMIUM_PATH',
    programs: ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'],
    // The same browser without its windows: half the work for a test, and a smaller package.
    packages: [
      ['chromium-headless-shell', 'usr/lib/chromium/chromium-headless-shell'],
      ['chromium', 'usr/lib/chromium/chromium'],
    ],
  },
};

const triplet = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';

/** What the benchmark and the experiments with the clock alone need. */
const otherTools = {
  nginx: { variable: 'NGINX', programs: ['nginx'], packages: [['nginx', 'usr/sbin/nginx']] },
  haproxy: { variable: 'HAPROXY', programs: ['haproxy'], packages: [['haproxy', 'usr/sbin/haproxy']] },
  wrk: { variable: 'WRK', programs: ['wrk'], packages: [['wrk', 'usr/bin/wrk']] },
  // A library to preload: it stands below the folder of what is answered here.
  libfaketime: {
    variable: 'LIBFAKETIME',
    programs: [],
    packages: [['libfaketime', `usr/lib/${triplet}/faketime/libfaketime.so.1`]],
  },
};

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function onPath(programs) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return programs.flatMap((program) => folders.map((folder) => join(folder, program))).find(isProgram);
}

/**
 * Where a tool is, or why it is not to be had.
 *
 * @returns `{ path }` or `{ missing }`, one sentence.
 */
export function findTool(name) {
  const { variable, programs, packages } = { ...tools, ...otherTools }[name];
  const given = process.env[variable];
  if (given)
    return existsSync(given)
      ? { path: given }
      : { missing: `${variable} names ${given}, which is not there` };
  const path = onPath(programs);
  if (path) return { path };
  const reasons = [];
  for (const [debianPackage, program] of packages) {
    const result = fetchFromDebian(debianPackage, program);
    if (result.path) return result;
    reasons.push(result.missing);
  }
  return { missing: `not on PATH, not in ${variable}, and ${reasons.join('; ')}` };
}

/** Every tool as environment for the tests; under CI=true a missing one is a failure, else one line says what is skipped. */
export function toolEnvironment(names = Object.keys(tools)) {
  const environment = {};
  for (const name of names) {
    const { path, missing } = findTool(name);
    if (path) environment[tools[name].variable] = path;
    else if (process.env.CI === 'true') throw new Error(`${name} is needed under CI=true: ${missing}`);
    else say(`skip: the tests that need ${name} (${missing})`);
  }
  return environment;
}

if (isMain(import.meta.url)) {
  const wanted = process.argv.slice(2);
  const unknown = wanted.find((name) => !Object.hasOwn({ ...tools, ...otherTools }, name));
  if (unknown !== undefined) {
    say(`usage: node scripts/tools.mjs [${Object.keys(tools).join('|')}]`);
    process.exit(2);
  }
  for (const name of wanted.length > 0 ? wanted : Object.keys(tools)) {
    const { path, missing } = findTool(name);
    if (path) console.log(wanted.length === 1 ? path : `${name}=${path}`);
    else say(`skip: ${name} (${missing})`);
    if (!path && (process.env.CI === 'true' || wanted.length === 1)) process.exitCode = 1;
  }
}
