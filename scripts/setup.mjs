// Makes a fresh clone ready: the right Node, the packages of the lock file, a build of the sources.
// Has no dependency, and costs next to nothing where all of it is there already.
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages } from './install.mjs';
import { isMain, root, say } from './project.mjs';

const oldest = [20, 19];

export function checkNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return;
  throw new Error(`Node ${oldest.join('.')} or newer is needed; this is ${version}.`);
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
  } catch {
    return undefined;
  }
}

/** True where node_modules holds what the lock file names; what is optional may be missing. */
export function packagesMatch(wanted, installed) {
  if (installed === undefined) return false;
  const names = Object.keys(wanted).filter((name) => name !== '');
  const fits = (name) =>
    installed[name] === undefined
      ? wanted[name].optional === true || wanted[name].devOptional === true
      : installed[name].version === wanted[name].version &&
        installed[name].integrity === wanted[name].integrity;
  return names.every(fits) && Object.keys(installed).every((name) => wanted[name] !== undefined);
}

function isLink(path) {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

function checkPackages() {
  const modules = join(root, 'node_modules');
  const wanted = readPackages(join(root, 'package-lock.json'));
  if (wanted === undefined) throw new Error('package-lock.json cannot be read.');
  if (packagesMatch(wanted, readPackages(join(modules, '.package-lock.json')))) return;
  // An install would empty the folder that the link leads to.
  if (isLink(modules))
    throw new Error('node_modules is a link to packages that do not fit: run npm ci where it leads.');
  say('setup: installing the packages of package-lock.json …');
  installPackages();
}

/** Everything that `npm start`, `npm run demo` and `npm test` need. */
export async function setUp() {
  checkNode();
  checkPackages();
  const { build } = await import('./build.mjs');
  await build({ onlyIfNewer: true });
}

if (isMain(import.meta.url)) {
  try {
    await setUp();
  } catch (error) {
    say(`setup: ${error.message}`);
    process.exit(1);
  }
}
