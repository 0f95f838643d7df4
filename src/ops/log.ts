import { destination, pino, stdTimeFunctions, type Logger } from 'pino';
import { createBatch } from './batch.ts';

/** Up to so many bytes a write to a pipe is not mixed with another's (PIPE_BUF of Linux, pipe(7)). */
const wholeWriteBytes = 4096;
/** Who writes alone mixes with nobody: as much as a pipe takes at once, for a fifth less of what a line costs. */
const aloneWriteBytes = 65_536;
/** Lines wait so long for others that go in the same write; so much of the log is at risk when the process is killed. */
const gatherMs = 10;
/** More than this never waits to be read: then lines are dropped, and the platform goes on. */
const mostWaitingBytes = 16 * 1024 * 1024;
/** Kept free for the lines of what is let through already, where a line must not be lost. */
const reservedBytes = 2 * 1024 * 1024;

/** The line of each request: what pino's own methods write, without what they do for objects of any kind. */
export interface PlainLines {
  isLevelEnabled(level: 'info' | 'debug'): boolean;
  /** `fields`: at least one, and none that pino would write by a serialiser (`err`, `req`). */
  info(fields: object, message: string): void;
  debug(fields: object, message: string): void;
}

export interface Log {
  readonly log: Logger;
  readonly lines: PlainLines;
  /** True while what is logged now can wait to be read; false too where it can no longer be written at all. */
  hasRoom(): boolean;
  /** Writes what waits, before the process ends. */
  flush(): void;
}

/**
 * The log on stdout. Workers share one pipe, and each of their lines stays whole, however slowly it is read.
 * `isAlone`: no other process writes to it. `dest`: the number of another file than stdout.
 */
export function createLog(level: string, isAlone = false, dest = 1): Log {
  const maxWrite = isAlone ? aloneWriteBytes : wholeWriteBytes;
  // `dest`, as without it pino touches process.stdout, which makes the pipe one that is tried again each 100 ms.
  const output = destination({
    dest,
    sync: false,
    maxWrite,
    maxLength: mostWaitingBytes,
  });
  const waiting = createWaiting(output, maxWrite);
  const log = pino({ level, timestamp: stdTimeFunctions.isoTime, base: null }, { write: waiting.add });
  output.on('drain', () => {
    const lines = waiting.takeDropped();
    if (lines > 0)
      log.warn({ lines }, 'lines of this log were dropped: it is not read as fast as it is written');
  });
  return {
    log,
    lines: createPlainLines(log, waiting.add),
    hasRoom: () => !waiting.isBroken() && waiting.bytes() < mostWaitingBytes - reservedBytes,
    flush() {
      waiting.send();
      output.flushSync();
    },
  };
}

/** The lines that were not written yet, and what became of those before. */
function createWaiting(output: ReturnType<typeof destination>, writeBytes: number) {
  let waitingBytes = 0;
  let dropped = 0;
  let broken = false;
  let isDropped = false;
  const batch = createBatch({ bytes: writeBytes, ms: gatherMs }, (text, bytes, lines) => {
    isDropped = false;
    output.write(text);
    if (!isDropped) return;
    dropped += lines;
    waitingBytes -= bytes;
  });
  output.on('write', (bytes) => {
    waitingBytes = Math.max(0, waitingBytes - bytes);
    broken = false;
  });
  // Nobody reads it any more (EPIPE), or its disk is full: no reason to take the platform down with it.
  output.on('error', () => (broken = true));
  output.on('drop', () => (isDropped = true));
  return {
    add: (line: string): void => void (waitingBytes += batch.add(line)),
    send: batch.send,
    bytes: () => waitingBytes,
    isBroken: () => broken,
    /** How many lines were dropped since it was last asked. */
    takeDropped(): number {
      const lines = dropped;
      dropped = 0;
      return lines;
    },
  };
}

function createPlainLines(log: Logger, write: (line: string) => void): PlainLines {
  let lastMs = 0;
  let time = '';
  const line = (level: number, fields: object, message: string): void => {
    const nowMs = Date.now();
    if (nowMs !== lastMs) time = new Date((lastMs = nowMs)).toISOString();
    const body = JSON.stringify(fields).slice(1, -1);
    write(`{"level":${level},"time":"${time}",${body},"msg":"${message}"}\n`);
  };
  const { debug = 20, info = 30 } = pino.levels.values;
  return {
    isLevelEnabled: (level) => log.isLevelEnabled(level),
    info: (fields, message) => line(info, fields, message),
    debug: (fields, message) => line(debug, fields, message),
  };
}
