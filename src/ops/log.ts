import { destination, pino, stdTimeFunctions, type Logger } from 'pino';

/** Up to so many bytes a write to a pipe is not mixed with another's (PIPE_BUF of Linux, pipe(7)). */
const wholeWriteBytes = 4096;
/** More than this never waits to be read: then lines are dropped, and the platform goes on. */
const mostWaitingBytes = 16 * 1024 * 1024;
/** Kept free for the lines of what is let through already, where a line must not be lost. */
const reservedBytes = 2 * 1024 * 1024;

export interface Log {
  readonly log: Logger;
  /** True while what is logged now can wait to be read; false too where it can no longer be written at all. */
  hasRoom(): boolean;
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
  let waitingBytes = 0;
  let dropped = 0;
  let broken = false;
  const write = (line: string): void => {
    const before = dropped;
    output.write(line);
    if (dropped === before) waitingBytes += Buffer.byteLength(line);
  };
  const log = pino({ level, timestamp: stdTimeFunctions.isoTime, base: null }, { write });
  output.on('write', (bytes) => {
    waitingBytes = Math.max(0, waitingBytes - bytes);
    broken = false;
  });
  // Nobody reads it any more (EPIPE), or its disk is full: no reason to take the platform down with it.
  output.on('error', () => (broken = true));
  output.on('drop', () => (dropped += 1));
  output.on('drain', () => {
    if (dropped === 0) return;
    const lines = dropped;
    dropped = 0;
    log.warn({ lines }, 'lines of this log were dropped: it is not read as fast as it is written');
  });
  return {
    log,
    hasRoom: () => !broken && waitingBytes < mostWaitingBytes - reservedBytes,
    flush: () => output.flushSync(),
  };
}
