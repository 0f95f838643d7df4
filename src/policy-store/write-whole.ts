import { open, rename, rm } from 'node:fs/promises';
import { syncDirectory } from './log-file.ts';

/**
 * Writes a file whole or not at all, and durably: beside it, then in its place. Readable by its owner only.
 *
 * Our own, since the packages for it take over the process's signals, and a gateway must drain.
 */
export async function writeWhole(path: string, data: string | Uint8Array): Promise<void> {
  const beside = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(beside, 'w', 0o600);
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  await syncDirectory(path);
}
