/** What the client's side of a WebSocket said: frames as they came, and what they say once unmasked. */
export type Said =
  /** Ping, pong or close: may stand between the fragments of a message (RFC 6455 section 5.4). */
  | { readonly kind: 'control'; readonly bytes: Uint8Array; readonly isClose: boolean }
  | {
      readonly kind: 'message';
      readonly isText: boolean;
      readonly payload: Uint8Array;
      /** All of its frames, byte for byte. */
      readonly bytes: readonly Uint8Array[];
    }
  /**
   * It cannot be read, and so can nothing after it. `close` is the status for it (RFC 6455 section 7.4.1), `bytes` all
   * that came and is in no message.
   */
  | { readonly kind: 'fault'; readonly close: 1002 | 1009; readonly bytes: readonly Uint8Array[] };

const TEXT = 1;
const CLOSE = 8;
const longestHead = 14;

class Fault extends Error {
  readonly close: 1002 | 1009;
  constructor(close: 1002 | 1009) {
    super('no frame that a client may send');
    this.close = close;
  }
}

/** One frame, whole. */
interface Frame {
  readonly isLast: boolean;
  readonly opcode: number;
  readonly bytes: Uint8Array;
  readonly payload: Uint8Array;
}

/**
 * Reads the frames of a client (RFC 6455 section 5) as their bytes come. No extension is agreed on: a reserved bit is
 * a fault, and so is whatever two servers could read in two ways. A message with its frames is at most `maxBytes`.
 */
export class ClientFrames {
  readonly #maxBytes: number;
  readonly #head = new Uint8Array(longestHead);
  #headBytes = 0;
  #frame: Uint8Array | undefined;
  #frameBytes = 0;
  /** The message whose last frame has not come yet. */
  #open: { readonly isText: boolean; readonly frames: Frame[]; bytes: number } | undefined;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** What a chunk completes, in order. After a fault or a close there is nothing more. */
  *read(chunk: Uint8Array): Generator<Said> {
    let at = 0;
    try {
      while (at < chunk.length) {
        at += this.#frame === undefined ? this.#takeHead(chunk, at) : this.#takeBody(this.#frame, chunk, at);
        this.#frame ??= this.#begin();
        if (this.#frame === undefined || this.#frameBytes < this.#frame.length) continue;
        const said = this.#whole(this.#frame);
        this.#frame = undefined;
        this.#headBytes = this.#frameBytes = 0;
        if (said !== undefined) yield said;
        if (said?.kind === 'control' && said.isClose) return;
      }
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const open = this.#open?.frames.map(({ bytes }) => bytes) ?? [];
      const begun = this.#frame ?? this.#head.slice(0, this.#headBytes);
      yield { kind: 'fault', close: error.close, bytes: [...open, begun, chunk.subarray(at)] };
    }
  }

  #takeHead(chunk: Uint8Array, at: number): number {
    this.#head[this.#headBytes] = chunk[at] ?? 0;
    this.#headBytes += 1;
    return 1;
  }

  /** The frame, once its head says how long it is. */
  #begin(): Uint8Array | undefined {
    const length = headLength(this.#head, this.#headBytes);
    if (this.#headBytes < length) return undefined;
    const whole = length + payloadLength(this.#head);
    if (whole + (this.#open?.bytes ?? 0) > this.#maxBytes) throw new Fault(1009);
    const frame = new Uint8Array(whole);
    frame.set(this.#head.subarray(0, length));
    this.#frameBytes = length;
    return frame;
  }

  #takeBody(frame: Uint8Array, chunk: Uint8Array, at: number): number {
    const part = chunk.subarray(at, at + frame.length - this.#frameBytes);
    frame.set(part, this.#frameBytes);
    this.#frameBytes += part.length;
    return part.length;
  }

  #whole(bytes: Uint8Array): Said | undefined {
    const frame = frameOf(bytes);
    if (frame.opcode >= CLOSE) return { kind: 'control', bytes, isClose: frame.opcode === CLOSE };
    // A fragment without its beginning, or a message inside another.
    if ((frame.opcode === 0) !== (this.#open !== undefined)) throw new Fault(1002);
    this.#open ??= { isText: frame.opcode === TEXT, frames: [], bytes: 0 };
    this.#open.frames.push(frame);
    this.#open.bytes += bytes.length;
    if (!frame.isLast) return undefined;
    const { isText, frames } = this.#open;
    this.#open = undefined;
    const payload = joined(frames.map((one) => one.payload));
    return { kind: 'message', isText, payload, bytes: frames.map((one) => one.bytes) };
  }
}

/** The length of a head, as far as its first bytes tell; what no client may send is a fault at once. */
function headLength(head: Uint8Array, bytes: number): number {
  const [first = 0, second = 0] = head;
  const opcode = first & 0x0f;
  const isControl = opcode >= CLOSE;
  // A reserved bit, or an opcode that is none.
  if ((first & 0x70) !== 0 || (opcode > 2 && !isControl) || opcode > 10) throw new Fault(1002);
  if (bytes < 2) return 2;
  const short = second & 0x7f;
  const isMasked = (second & 0x80) !== 0;
  const isLast = (first & 0x80) !== 0;
  if (!isMasked || (isControl && (!isLast || short > 125))) throw new Fault(1002);
  return 6 + (short === 126 ? 2 : short === 127 ? 8 : 0);
}

/** Only in the fewest bytes that hold it (RFC 6455 section 5.2). */
function payloadLength(head: Uint8Array): number {
  const view = new DataView(head.buffer);
  const short = view.getUint8(1) & 0x7f;
  if (short < 126) return short;
  const length = short === 126 ? view.getUint16(2) : Number(view.getBigUint64(2));
  if (length < (short === 126 ? 126 : 65_536)) throw new Fault(1002);
  return length;
}

function frameOf(bytes: Uint8Array): Frame {
  const [first = 0, second = 0] = bytes;
  const short = second & 0x7f;
  const start = 6 + (short === 126 ? 2 : short === 127 ? 8 : 0);
  const mask = bytes.subarray(start - 4, start);
  const payload = bytes.slice(start);
  for (let at = 0; at < payload.length; at++) payload[at] = (payload[at] ?? 0) ^ (mask[at & 3] ?? 0);
  return { isLast: (first & 0x80) !== 0, opcode: first & 0x0f, bytes, payload };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
