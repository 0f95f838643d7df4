import type { Environment } from '../config/index.ts';

/** A stream that text goes to; `process.stdout` is one. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** What a command may touch of its process. */
export interface Io {
  readonly env: Environment;
  readonly cwd: string;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin: AsyncIterable<Uint8Array | string>;
}

/** The answer is yes, or it is done. */
export const DONE = 0;
/** The answer is no, or it failed. */
export const FAILED = 1;
/** The command line or the configuration is wrong. */
export const USAGE = 2;

/** Ends a command: what was wrong, and the exit code. */
export class CommandError extends Error {
  readonly exitCode: number;
  constructor(exitCode: number, message: string) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}

/** The command line is wrong. */
export function usage(message: string): CommandError {
  return new CommandError(USAGE, message);
}

/** One JSON value on a line of its own. */
export function writeJson(io: Io, value: unknown): void {
  io.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
}
