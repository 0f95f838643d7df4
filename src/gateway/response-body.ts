import type { ServerResponse } from 'node:http';

/**
 * Writes a chunk; false where the visitor has to take it first: then `done(true)` follows when it has, or
 * `done(false)` when it has not for `stallMs` (0 = however long it takes).
 */
export function writeOrWait(
  response: ServerResponse,
  chunk: Buffer,
  stallMs: number,
  done: (taken: boolean) => void,
): boolean {
  if (response.write(chunk)) return true;
  const timer = stallMs === 0 ? undefined : setTimeout(() => done(false), stallMs).unref();
  response.once('drain', () => {
    clearTimeout(timer);
    done(true);
  });
  return false;
}
