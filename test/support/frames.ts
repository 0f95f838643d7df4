import { randomBytes } from 'node:crypto';

export interface FrameParts {
  /** 1 text, 2 binary, 0 continuation, 8 close, 9 ping, 10 pong. */
  readonly opcode?: number;
  readonly isLast?: boolean;
  /** Reserved bits, 1 to 7. */
  readonly reserved?: number;
  readonly isMasked?: boolean;
  /** The bytes of the length, in place of the fewest. */
  readonly lengthBytes?: 0 | 2 | 8;
  /** In place of the payload's own. */
  readonly length?: number;
}

/** A frame as a client sends it (RFC 6455 section 5.2), or as none may. */
export function frame(payload: string | Uint8Array, parts: FrameParts = {}): Buffer {
  const { opcode = 1, isLast = true, reserved = 0, isMasked = true } = parts;
  const plain = Buffer.from(payload);
  const length = parts.length ?? plain.length;
  const { lengthBytes = length < 126 ? 0 : length < 65_536 ? 2 : 8 } = parts;
  const head = Buffer.alloc(2 + lengthBytes);
  head[0] = (isLast ? 0x80 : 0) | (reserved << 4) | opcode;
  head[1] = (isMasked ? 0x80 : 0) | (lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127);
  if (lengthBytes === 2) head.writeUInt16BE(length, 2);
  if (lengthBytes === 8) head.writeBigUInt64BE(BigInt(length), 2);
  if (!isMasked) return Buffer.concat([head, plain]);
  const mask = randomBytes(4);
  return Buffer.concat([head, mask, plain.map((byte, at) => byte ^ (mask[at & 3] ?? 0))]);
}

/** A text in several frames. */
export function fragments(text: string, ...at: readonly number[]): Buffer[] {
  const cuts = [0, ...at, text.length];
  return cuts.slice(1).map((end, index) =>
    frame(text.slice(cuts[index], end), {
      opcode: index === 0 ? 1 : 0,
      isLast: end === text.length && index === at.length,
    }),
  );
}
