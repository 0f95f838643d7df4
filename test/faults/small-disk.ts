import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk of 2 MiB in memory, where this process may mount one. */
export function mountSmallDisk() {
  const dir = mkdtempSync(join(tmpdir(), 'gateway-disk-'));
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', dir], {
    encoding: 'utf8',
  });
  const ballast = join(dir, 'ballast');
  return {
    dir,
    why: status === 0 ? undefined : stderr.trim() || 'mount is not to be had',
    /** Leaves room for less than a page. */
    fill(): void {
      const { bavail, bsize } = statfsSync(dir);
      try {
        writeFileSync(ballast, Buffer.alloc(Number(bavail) * Number(bsize)));
      } catch (error) {
        // Somebody else wrote since it was asked: full it is.
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    },
    free: () => rmSync(ballast, { force: true }),
    unmount(): void {
      if (status === 0) spawnSync('umount', ['-l', dir]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
