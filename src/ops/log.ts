import { destination, pino, stdTimeFunctions, type Logger } from 'pino';

/** Up to so many bytes a write to a pipe is not mixed with another's (PIPE_BUF of Linux, pipe(7)). */
const wholeWriteBytes = 4096;
/** More than this never waits to be read: then lines are dropped, and the platform goes on. */
const mostWaitingBytes = 16 * 1024 * 1024;

export interface Log {
  readonly log: Logger;
  /** Writes what waits, before the process ends. */
  flush(): void;
}

/** The log on stdout. Workers share one pipe, and each of their lines stays whole, however slowly it is read. */
export function createLog(level: string): Log {
  // `dest`, as without it pino touches process.stdout, which makes the pipe one that is tried again each 100 ms.
  const output = destination({
    dest: 1,
    sync: false,
    maxWrite: wholeWriteBytes,
    maxLength: mostWaitingBytes,
  });
  const log = pino({ level, timestamp: stdTimeFunctions.isoTime, base: null }, output);
  let dropped = 0;
  output.on('drop', () => (dropped += 1));
  output.on('drain', () => {
    if (dropped === 0) return;
    const lines = dropped;
    dropped = 0;
    log.warn({ lines }, 'lines of this log were dropped: it is not read as fast as it is written');
  });
  return { log, flush: () => output.flushSync() };
}
