import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import { StoreError } from '../store.ts';

const ignore = (): void => undefined;

/**
 * Makes this process the directory's one owner; returns what gives it up.
 *
 * Waits a little longer than a dead owner's lock lives, so that a restart after a kill works by itself.
 */
export async function lockDirectory(
  dir: string,
  staleMs: number,
  onLost: (why: string) => void,
): Promise<() => Promise<void>> {
  // The lock's exit hook would end the process on this signal; a file that may not grow is a failed write, no more.
  if (!process.listeners('SIGXFSZ').includes(ignore)) process.on('SIGXFSZ', ignore);
  try {
    return await lock(dir, {
      lockfilePath: join(dir, 'policy.lock'),
      realpath: false,
      stale: staleMs,
      update: 1000,
      retries: { retries: Math.ceil(staleMs / 250) + 4, factor: 1, minTimeout: 250, maxTimeout: 250 },
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
