/** Told what a data frame carries, as it comes; `compressed` for messages that are (RFC 7692 section 6). */
export type OnPayload = (bytes: Buffer, compressed: boolean, endsMessage: boolean) => void;

const nothing: Buffer = Buffer.alloc(0);

/** Reads what a server sends in a WebSocket: unmasked frames (RFC 6455 section 5.2), in pieces of any size. */
export class ServerFrames {
  readonly #onPayload: OnPayload;
  #head = nothing;
  /** Of the frame that is under way. */
  #left = 0;
  #isData = false;
  #endsMessage = false;
  /** Of the message that is under way. */
  #isCompressed = false;

  constructor(onPayload: OnPayload) {
    this.#onPayload = onPayload;
  }

  /** False where these are no frames of a server's: the rest cannot be read. */
  read(chunk: Buffer): boolean {
    let rest = chunk;
    for (;;) {
      if (this.#left > 0) {
        if (rest.length === 0) return true;
        rest = this.#payload(rest);
        continue;
      }
      const head = this.#head.length === 0 ? rest : Buffer.concat([this.#head, rest]);
      const length = headLength(head);
      if (length === undefined) {
        this.#head = head;
        return true;
      }
      if (!this.#begin(head, length)) return false;
      this.#head = nothing;
      rest = head.subarray(length);
    }
  }

  #begin(head: Buffer, length: number): boolean {
    const [first = 0, second = 0] = head;
    const opcode = first & 0x0f;
    if ((second & 0x80) !== 0) return false;
    this.#left =
      length === 2 ? second : length === 4 ? head.readUInt16BE(2) : Number(head.readBigUInt64BE(2));
    this.#isData = opcode < 8;
    if (!this.#isData) return true;
    this.#endsMessage = (first & 0x80) !== 0;
    if (opcode !== 0) this.#isCompressed = (first & 0x40) !== 0;
    if (this.#left === 0) this.#onPayload(nothing, this.#isCompressed, this.#endsMessage);
    return true;
  }

  #payload(bytes: Buffer): Buffer {
    const part = bytes.subarray(0, this.#left);
    this.#left -= part.length;
    if (this.#isData) this.#onPayload(part, this.#isCompressed, this.#endsMessage && this.#left === 0);
    return bytes.subarray(part.length);
  }
}

/** Bytes of a frame's head; undefined while it is not whole. */
function headLength(bytes: Buffer): number | undefined {
  const second = bytes[1];
  if (second === undefined) return undefined;
  const length = (second & 0x7f) === 127 ? 10 : (second & 0x7f) === 126 ? 4 : 2;
  return bytes.length < length ? undefined : length;
}
