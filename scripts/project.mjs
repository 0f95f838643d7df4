import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the project. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Says what is being done; on standard error, so that a program's own output stays clean. */
export const say = (text) => process.stderr.write(`${text}\n`);

/** True for the module that was started, as against imported: `isMain(import.meta.url)`. */
export const isMain = (url) =>
  process.argv[1] !== undefined && fileURLToPath(url) === realpathSync(process.argv[1]);
