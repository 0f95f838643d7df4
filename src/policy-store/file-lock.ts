import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import { StoreError } from './store.ts';

/** A lock that was not renewed for so long is a dead owner's; it is renewed each second. */
const STALE_MS = 4000;

/**
 * Makes this process the directory's one owner; returns what gives it up.
 *
 * Waits a little longer than a dead owner's lock lives, so that a restart after a kill works by itself.
 */
export async function lockDirectory(
  dir: string,
  onLost: (why: string) => void,
): Promise<() => Promise<void>> {
  try {
    return await lock(dir, {
      lockfilePath: join(dir, 'policy.lock'),
      realpath: false,
      stale: STALE_MS,
      update: 1000,
      retries: { retries: 20, factor: 1, minTimeout: 250, maxTimeout: 250 },
      onCompromised: (error) => {
        onLost(error.message);
      },
    });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ELOCKED')) throw error;
    const message = `${dir} belongs to a gateway that is running; the embedded store has one owner`;
    throw new StoreError('locked', message, { cause: error });
  }
}
