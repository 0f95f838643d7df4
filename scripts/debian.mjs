// Fetches a Debian package with all it needs that the machine lacks, and unpacks it into .cache/debian/<package>.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { root, say } from './project.mjs';

const cache = join(root, '.cache', 'debian');
const apt = join(cache, 'apt');
const dayMs = 24 * 60 * 60 * 1000;

function run(program, args) {
  const { status, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
    maxBuffer: 1 << 26,
  });
  if (error) return error.message;
  return status === 0
    ? undefined
    : stderr.trim().split('\n').slice(-1)[0] || `${program} ended with ${status}`;
}

/** apt with lists, locks and archives of our own; what the machine has installed is read, never changed. */
function runApt(...args) {
  const options = {
    'Dir::State': join(apt, 'state'),
    'Dir::State::status': '/var/lib/dpkg/status',
    'Dir::Cache': join(apt, 'cache'),
    'Dir::Log': join(apt, 'log'),
    'Debug::NoLocking': '1',
    'APT::Sandbox::User': '',
    'APT::Update::Post-Invoke': '',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '2',
  };
  return run('apt-get', [
    '-q',
    '-y',
    ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
    ...args,
  ]);
}

function updateLists() {
  const lists = join(apt, 'state', 'lists');
  const fresh = join(apt, 'updated');
  if (existsSync(fresh) && Date.now() - statSync(fresh).mtimeMs < dayMs) return undefined;
  for (const folder of [lists, archives, join(apt, 'log')])
    mkdirSync(join(folder, 'partial'), { recursive: true });
  const failed = runApt('update');
  if (failed === undefined) writeFileSync(fresh, '');
  return failed;
}

const archives = join(apt, 'cache', 'archives');

function emptyArchives() {
  for (const name of readdirSync(archives)) if (name.endsWith('.deb')) rmSync(join(archives, name));
}

function unpack(folder) {
  for (const archive of readdirSync(archives).filter((name) => name.endsWith('.deb'))) {
    const failed = run('dpkg-deb', ['-x', join(archives, archive), folder]);
    if (failed !== undefined) return failed;
  }
  return undefined;
}

/** A script that runs the program with its own libraries and fonts, and hands on every argument. */
function writeWrapper(folder, program, wrapper) {
  const libraries = ['usr/lib', 'lib'].flatMap((name) => libraryFolders(join(folder, name)));
  const fonts = join(folder, 'fonts.conf');
  writeFileSync(
    fonts,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>/usr/share/fonts</dir>` +
      `<dir>${join(folder, 'usr/share/fonts')}</dir><cachedir>${join(folder, 'font-cache')}</cachedir></fontconfig>\n`,
  );
  writeFileSync(
    wrapper,
    `#!/bin/sh
export LD_LIBRARY_PATH='${libraries.join(':')}'"\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export FONTCONFIG_FILE='${fonts}'
exec '${join(folder, program)}' "$@"
`,
  );
  chmodSync(wrapper, 0o755);
}

/** The folders below `folder`, two levels deep, that hold shared libraries. */
function libraryFolders(folder, depth = 2) {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true });
  const own = entries.some((entry) => /\.so(\.|$)/.test(entry.name)) ? [folder] : [];
  if (depth === 0) return own;
  const below = entries.filter((entry) => entry.isDirectory() && entry.name !== 'locales');
  return [...own, ...below.flatMap((entry) => libraryFolders(join(folder, entry.name), depth - 1))];
}

function fetchInto(name, program, folder) {
  const failed = updateLists();
  if (failed !== undefined) return `apt-get update failed (${failed})`;
  emptyArchives();
  const refused = runApt('install', '--download-only', '--no-install-recommends', '--reinstall', name);
  if (refused !== undefined) return `Debian's package ${name} cannot be fetched (${refused})`;
  const broken = unpack(folder);
  if (broken !== undefined) return `Debian's package ${name} cannot be unpacked (${broken})`;
  emptyArchives();
  return existsSync(join(folder, program)) ? undefined : `Debian's package ${name} has no ${program}`;
}

/**
 * The program of a Debian package, ready to run.
 *
 * @returns `{ path }` or `{ missing }`, why not.
 */
export function fetchFromDebian(name, program) {
  const folder = join(cache, name);
  const wrapper = join(folder, 'run');
  if (existsSync(wrapper)) return { path: wrapper };
  if (process.platform !== 'linux' || !existsSync('/var/lib/dpkg/status'))
    return { missing: 'this is no Debian' };
  say(`setup: fetching Debian's ${name} into .cache/ …`);
  const making = `${folder}.${process.pid}`;
  mkdirSync(making, { recursive: true });
  const missing = fetchInto(name, program, making);
  if (missing !== undefined) {
    rmSync(making, { recursive: true, force: true });
    return { missing };
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(making, folder);
  writeWrapper(folder, program, wrapper);
  return { path: wrapper };
}
