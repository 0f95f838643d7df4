import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes a rename last: the directory has to reach the disk too. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/**
 * Writes a file whole or not at all, and durably: beside it, then in its place. Readable by its owner only.
 * Returns its bytes.
 *
 * Our own, since the packages for it take over the process's signals, and a gateway must drain.
 */
export async function writeWhole(path: string, pieces: Iterable<string | Uint8Array>): Promise<number> {
  const beside = `${path}.${process.pid}.tmp`;
  let bytes = 0;
  try {
    const file = await open(beside, 'w', 0o600);
    try {
      for (const piece of pieces) {
        await file.appendFile(piece);
        bytes += Buffer.byteLength(piece);
      }
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
  return bytes;
}
