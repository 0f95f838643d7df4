import { closeSync, openSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { CommandError, FAILED } from './io.ts';
import type { Io } from './io.ts';

/** Where a command's text goes; each piece is written before the next one is asked for. */
export interface TextOutput {
  write(text: string): void;
  close(): void;
}

/** A file that its owner alone reads, or stdout for none and for `-`. */
export function openOutput(file: string | undefined, io: Io): TextOutput {
  if (file === undefined || file === '-')
    return { write: (text) => void io.stdout.write(text), close: () => undefined };
  try {
    const handle = openSync(resolve(io.cwd, file), 'w', 0o600);
    return { write: (text) => void writeSync(handle, text), close: () => closeSync(handle) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(FAILED, `${file} cannot be written: ${why}`);
  }
}
