import { createReadStream } from 'node:fs';
import { crc32 } from 'node:zlib';

/** A value as one line of text: its checksum (CRC-32, hex), a space, its JSON. */
export function lineOf(value: unknown): string {
  const json = JSON.stringify(value);
  return `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`;
}

export interface Line {
  /** From 1. */
  readonly number: number;
  /** Bytes of the file up to and with this line. */
  readonly end: number;
  /** The value, or undefined where the line is not what was written. */
  readonly value: Readonly<Record<string, unknown>> | undefined;
}

function parse(line: Buffer): Line['value'] {
  const json = line.subarray(9);
  if (line[8] !== 0x20 || line.toString('latin1', 0, 8) !== crc32(json).toString(16).padStart(8, '0'))
    return undefined;
  const value: unknown = JSON.parse(json.toString()); // what has its checksum was written by us, so it parses
  return typeof value === 'object' && value !== null ? { ...value } : undefined;
}

/** Reads a file line by line; the last one may lack its end. A missing file has no lines. */
export async function* readLines(path: string): AsyncGenerator<Line, void> {
  let rest: Buffer[] = [];
  let number = 0;
  let end = 0;
  try {
    for await (const piece of createReadStream(path)) {
      const chunk = piece as Buffer;
      let from = 0;
      for (let stop = chunk.indexOf(10); stop >= 0; stop = chunk.indexOf(10, from)) {
        const line = Buffer.concat([...rest, chunk.subarray(from, stop)]);
        rest = [];
        from = stop + 1;
        number += 1;
        end += line.length + 1;
        yield { number, end, value: parse(line) };
      }
      if (from < chunk.length) rest.push(chunk.subarray(from));
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const torn = rest.reduce((sum, part) => sum + part.length, 0);
  if (torn > 0) yield { number: number + 1, end: end + torn, value: undefined };
}
