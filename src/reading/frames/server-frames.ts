/** Told what a data frame carries, as it comes; `compressed` for messages that are (RFC 7692 section 6). */
export type OnPayload = (bytes: Uint8Array, compressed: boolean, endsMessage: boolean) => void;

const nothing: Uint8Array = new Uint8Array(0);

/** Reads what a server sends in a WebSocket: unmasked frames (RFC 6455 section 5.2), in pieces of any size. */
export class ServerFrames {
  readonly #onPayload: OnPayload | undefined;
  #head = nothing;
  /** Of the frame that is under way. */
  #left = 0;
  #isBroken = false;
  #isData = false;
  #endsMessage = false;
  /** Of the message that is under way. */
  #isCompressed = false;

  constructor(onPayload?: OnPayload) {
    this.#onPayload = onPayload;
  }

  /** True where all that came so far is whole frames. */
  get isBetween(): boolean {
    return !this.#isBroken && this.#left === 0 && this.#head.length === 0;
  }

  /** False where these are no frames of a server's: the rest cannot be read. */
  read(chunk: Uint8Array): boolean {
    let rest = chunk;
    while (!this.#isBroken) {
      if (this.#left > 0) {
        if (rest.length === 0) return true;
        rest = this.#payload(rest);
        continue;
      }
      const head = joined(this.#head, rest);
      const length = headLength(head);
      if (length === undefined) {
        // Of its own: the platform's buffer is not kept for a byte or two.
        this.#head = new Uint8Array(head);
        return true;
      }
      this.#begin(head.subarray(0, length));
      this.#head = nothing;
      rest = head.subarray(length);
    }
    return false;
  }

  #begin(head: Uint8Array): void {
    const [first = 0, second = 0] = head;
    const opcode = first & 0x0f;
    this.#isBroken = (second & 0x80) !== 0;
    if (this.#isBroken) return;
    this.#left = head.length === 2 ? second : head.subarray(2).reduce((sum, byte) => sum * 256 + byte, 0);
    this.#isData = opcode < 8;
    if (!this.#isData) return;
    this.#endsMessage = (first & 0x80) !== 0;
    if (opcode !== 0) this.#isCompressed = (first & 0x40) !== 0;
    if (this.#left === 0) this.#onPayload?.(nothing, this.#isCompressed, this.#endsMessage);
  }

  #payload(bytes: Uint8Array): Uint8Array {
    const part = bytes.subarray(0, this.#left);
    this.#left -= part.length;
    if (this.#isData) this.#onPayload?.(part, this.#isCompressed, this.#endsMessage && this.#left === 0);
    return bytes.subarray(part.length);
  }
}

/** Bytes of a frame's head; undefined while it is not whole. */
function headLength(bytes: Uint8Array): number | undefined {
  const second = bytes[1];
  if (second === undefined) return undefined;
  const length = (second & 0x7f) === 127 ? 10 : (second & 0x7f) === 126 ? 4 : 2;
  return bytes.length < length ? undefined : length;
}

function joined(head: Uint8Array, rest: Uint8Array): Uint8Array {
  if (head.length === 0) return rest;
  const both = new Uint8Array(head.length + rest.length);
  both.set(head);
  both.set(rest, head.length);
  return both;
}
