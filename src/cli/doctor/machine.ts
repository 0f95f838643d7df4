import { constants } from 'node:fs';
import { access, readFile, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config } from '../../config/index.ts';
import { found, good, whyText } from './diagnosis.ts';
import type { Diagnosis } from './diagnosis.ts';

const MIB = 1_048_576;
const LEAST_FREE_MIB = 64;

/** Sockets to visitors and to the platform, and what a process has open beside them. */
async function checkOpenFiles({ limits, upstream }: Config): Promise<Diagnosis[]> {
  const text = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const allowed = /^Max open files\s+(\d+)/m.exec(text)?.[1];
  if (allowed === undefined) return [];
  const needed = limits.connections + upstream.connections + 200;
  if (Number(allowed) >= needed) return [good('machine', `a process may have ${allowed} files open`)];
  return [
    found('machine', 'look', `a process may have ${allowed} files open; limits.connections needs ${needed}`, {
      shows: 'at many connections new ones fail (EMFILE)',
      mend: `raise it (ulimit -n, LimitNOFILE=${needed}), or lower limits.connections`,
    }),
  ];
}

async function nearestFolder(folder: string): Promise<string> {
  const there = await stat(folder).catch(() => undefined);
  return there !== undefined || dirname(folder) === folder ? folder : nearestFolder(dirname(folder));
}

/** A folder that the gateway writes to: there or to be made, writable, with room. */
async function checkFolder(area: string, folder: string): Promise<Diagnosis> {
  const remedy = {
    shows: 'the gateway does not start, or changes are refused with 503',
    mend: `let its user write to ${folder}`,
  };
  const base = await nearestFolder(folder);
  const wrong = await access(base, constants.W_OK | constants.X_OK).catch(whyText);
  if (typeof wrong === 'string') return found(area, 'bad', `${folder} cannot be written (${wrong})`, remedy);
  const { bavail, bsize } = await statfs(base);
  const free = Math.floor((bavail * bsize) / MIB);
  if (free < LEAST_FREE_MIB) {
    return found(area, 'bad', `${folder} has ${free} MiB left`, {
      shows: 'changes are refused with 503; what was acknowledged stays',
      mend: 'make room on that disk',
    });
  }
  return good(area, `${folder} can be written, ${free.toLocaleString('en-US')} MiB free`);
}

/** The process and the folders that it writes to. */
export async function checkMachine(config: Config): Promise<Diagnosis[]> {
  const { file, redis } = config.store;
  const folders = [file, redis?.snapshotDir].flatMap((folder) =>
    typeof folder === 'string' ? [folder] : [],
  );
  const checked = await Promise.all(folders.map((folder) => checkFolder('store', folder)));
  return [good('machine', `Node ${process.version}`), ...(await checkOpenFiles(config)), ...checked];
}
