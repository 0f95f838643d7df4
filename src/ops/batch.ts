export interface Batch {
  /** Adds a line; gives its bytes. */
  add(line: string): number;
  /** Sends what waits, at once. */
  send(): void;
}

/** Gathers lines: they go together when they have so many bytes, a line never in two pieces, or after so many ms. */
export function createBatch(
  most: { readonly bytes: number; readonly ms: number },
  go: (text: string, bytes: number, lines: number) => void,
): Batch {
  let [text, bytes, lines] = ['', 0, 0];
  let timer: NodeJS.Timeout | undefined;
  const send = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (lines === 0) return;
    const waiting = [text, bytes, lines] as const;
    [text, bytes, lines] = ['', 0, 0];
    go(...waiting);
  };
  return {
    add(line) {
      const length = Buffer.byteLength(line);
      if (bytes + length > most.bytes) send();
      text += line;
      bytes += length;
      lines += 1;
      timer ??= setTimeout(send, most.ms);
      return length;
    },
    send,
  };
}
