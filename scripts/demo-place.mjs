// Where a demo may run: its ports are free, and its folder is no other demo's.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** Nothing else may listen there: said before anything is started or deleted. */
export async function needPort(flag, port) {
  const server = createServer();
  await new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  }).catch((error) => {
    const why = error.code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${error.code ?? error.message})`;
    throw new Error(`port ${port} ${why}: name another one, as in npm run demo -- --${flag} ${port + 1000}`);
  });
  await new Promise((resolve) => server.close(resolve));
}

/** A folder belongs to one demo at a time: another one's data is not deleted under it. */
export function takeFolder(dir) {
  const mark = join(dir, 'demo.pid');
  const other = existsSync(mark) ? Number(readFileSync(mark, 'utf8')) : 0;
  if (other > 0 && runs(other))
    throw new Error(
      `another demo (process ${other}) runs in ${dir}: end it, or name another folder with --dir`,
    );
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  writeFileSync(mark, String(process.pid));
}

function runs(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}
