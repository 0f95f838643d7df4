import { destination } from 'pino';

/** Up to so many bytes a write to a pipe is not mixed with another's (PIPE_BUF of Linux, pipe(7)). */
const wholeWriteBytes = 4096;

/** Where the log goes. Workers share one pipe, and each of their lines stays whole, however slowly it is read. */
export function createLogOutput(): ReturnType<typeof destination> {
  return destination({ fd: 1, sync: false, maxWrite: wholeWriteBytes });
}
