import type { Socket } from 'node:net';

/** Bytes of a status line up to its status, and up to the end of that: `HTTP/1.1 100`. */
const [statusStart, statusEnd] = [9, 12];
const [CR, LF, ZERO, NINE] = [13, 10, 48, 57];

/** Watches what an upstream says on one connection. */
export interface UnsolicitedContinue {
  /** The next bytes are the beginning of an answer. */
  expect(): void;
  watch(socket: Socket): void;
}

/**
 * Makes a `100 Continue` that nobody asked for a 109. Old platforms send one to every upload; a client has to read
 * past it (RFC 9110 section 15.2), and undici breaks the connection off instead.
 */
export function createUnsolicitedContinue(): UnsolicitedContinue {
  /** Bytes of the head so far; -1 once the final answer has begun, or what is no HTTP any more. */
  let at = 0;
  let status = 0;
  let emptyLine = false;
  const begin = (): void => {
    at = 0;
    status = 0;
    emptyLine = false;
  };

  /** Takes one byte; true where it is the last digit of a status 100. */
  const take = (byte: number): boolean => {
    if (at === 0 && (byte === CR || byte === LF)) return false;
    at += 1;
    if (at <= statusEnd) {
      if (at > statusStart) status = byte < ZERO || byte > NINE ? 999 : 10 * status + byte - ZERO;
      if (at === statusEnd && (status >= 200 || status === 101)) at = -1;
      return status === 100;
    }
    if (byte === LF && emptyLine) begin();
    else if (byte !== CR) emptyLine = byte === LF;
    return false;
  };
  const pass = (chunk: unknown): unknown => {
    if (at === -1 || !Buffer.isBuffer(chunk)) return chunk;
    for (let i = 0; i < chunk.length && at !== -1; i += 1) if (take(chunk[i] ?? 0)) chunk[i] = NINE;
    return chunk;
  };
  return {
    expect: begin,
    watch(socket) {
      const read = socket.read.bind(socket);
      socket.read = (size) => pass(read(size));
    },
  };
}
