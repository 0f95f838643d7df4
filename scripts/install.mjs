// Installs the packages of package-lock.json, in a folder beside node_modules that then takes its place: what is broken
// off leaves nothing half done.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './project.mjs';

const place = join(root, '.cache', 'install');

function npm(args, options) {
  return spawnSync('npm', args, { shell: process.platform === 'win32', encoding: 'utf8', ...options });
}

function registryUrl() {
  const url = npm(['config', 'get', 'registry'], { cwd: root }).stdout?.trim();
  return url?.startsWith('http') ? url.replace(/\/?$/, '/') : undefined;
}

/**
 * The lock file with the address of each package, as registries lay them out. Ours names none, so that it fits every
 * registry; without them npm asks for the whole history of each package first, which doubles the time and the download.
 * The hashes of the lock file are checked either way.
 */
function addressed(lock, registry) {
  const address = (
    path,
    { name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length), version },
  ) => `${registry}${name}/-/${name.split('/').at(-1)}-${version}.tgz`;
  const packages = Object.entries(lock.packages).map(([path, entry]) => [
    path,
    entry.integrity && !entry.resolved ? { ...entry, resolved: address(path, entry) } : entry,
  ]);
  return { ...lock, packages: Object.fromEntries(packages) };
}

function install(lock) {
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  for (const name of ['package.json', '.npmrc'])
    if (existsSync(join(root, name))) cpSync(join(root, name), join(place, name));
  writeFileSync(join(place, 'package-lock.json'), JSON.stringify(lock));
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'];
  return npm(args, { cwd: place, stdio: ['ignore', 2, 2] }).status === 0;
}

/** Puts the packages of the lock file into node_modules; throws where npm cannot. */
export function installPackages() {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const registry = registryUrl();
  const done = (registry !== undefined && install(addressed(lock, registry))) || install(lock);
  if (!done) throw new Error('npm ci failed; what it said is above.');
  const modules = join(root, 'node_modules');
  rmSync(modules, { recursive: true, force: true });
  renameSync(join(place, 'node_modules'), modules);
  rmSync(place, { recursive: true, force: true });
}
