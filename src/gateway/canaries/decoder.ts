import type { Transform } from 'node:stream';
import zlib, { constants } from 'node:zlib';

/** Decodes a copy of what passes. */
export interface Decoder {
  /** `done` once all that it decodes to was told. */
  write(chunk: Uint8Array, done: () => void): void;
  end(done: () => void): void;
  close(): void;
}

/** Why what passes is not looked at, or not to its end. */
export type NotSearched = 'coding' | 'broken' | 'busy' | 'long';

/** More decoders than this at one time are too much memory: each has a window of up to 16 MiB. */
const mostDecoders = 64;
let running = 0;

/** What comes whole in one turn, and is short, is decoded at once: a stream costs twenty times as much. */
const mostAtOnceBytes = 64 * 1024;
const mostTextAtOnceBytes = 1024 * 1024;

interface Coding {
  stream(first: Uint8Array): Transform;
  /** Throws where it is broken, or longer than `maxOutputLength`. */
  whole(bytes: Uint8Array): Uint8Array;
}

/** A cut answer ends where it ends, as browsers show it too. */
const flush = { finishFlush: constants.Z_SYNC_FLUSH };
const flushBrotli = { finishFlush: constants.BROTLI_OPERATION_FLUSH };
const streamed = { chunkSize: 32 * 1024 };
const atOnce = { maxOutputLength: mostTextAtOnceBytes };

const gzip: Coding = {
  stream: () => zlib.createGunzip({ ...flush, ...streamed }),
  whole: (bytes) => zlib.gunzipSync(bytes, { ...flush, ...atOnce }),
};
const raw: Coding = {
  stream: () => zlib.createInflateRaw({ ...flush, ...streamed }),
  whole: (bytes) => zlib.inflateRawSync(bytes, { ...flush, ...atOnce }),
};
const zlibbed: Coding = {
  stream: () => zlib.createInflate({ ...flush, ...streamed }),
  whole: (bytes) => zlib.inflateSync(bytes, { ...flush, ...atOnce }),
};
/** With or without the wrapper that RFC 9110 section 8.4.1.2 asks for: servers send both. */
const deflateOf = (first: Uint8Array): Coding => (((first[0] ?? 0) & 0x0f) === 0x08 ? zlibbed : raw);
const deflate: Coding = {
  stream: (first) => deflateOf(first).stream(first),
  whole: (bytes) => deflateOf(bytes).whole(bytes),
};
const brotli: Coding = {
  stream: () => zlib.createBrotliDecompress({ ...flushBrotli, ...streamed }),
  whole: (bytes) => zlib.brotliDecompressSync(bytes, { ...flushBrotli, ...atOnce }),
};

/** Node has it from 22.15 on. */
const { createZstdDecompress, zstdDecompressSync } = zlib as {
  createZstdDecompress?: () => Transform;
  zstdDecompressSync?: (bytes: Uint8Array, options: object) => Uint8Array;
};
const zstd: Coding | undefined =
  createZstdDecompress === undefined || zstdDecompressSync === undefined
    ? undefined
    : { stream: () => createZstdDecompress(), whole: (bytes) => zstdDecompressSync(bytes, atOnce) };

/** `permessage-deflate`: what a WebSocket's messages are in (RFC 7692). */
const codings: Readonly<Record<string, Coding | undefined>> = {
  ...{ gzip, 'x-gzip': gzip, deflate, br: brotli, zstd, 'permessage-deflate': raw },
};

export const canDecode = (coding: string): boolean =>
  Object.hasOwn(codings, coding) && codings[coding] !== undefined;

/** What decoded bytes and failures are told to. */
export interface DecoderWay {
  text(bytes: Uint8Array): void;
  /** Once at most: why there is no more of it. */
  failed(why: NotSearched): void;
}

interface Waiting {
  readonly chunk: Uint8Array;
  readonly done: () => void;
}

class CopyDecoder implements Decoder {
  readonly #coding: Coding | undefined;
  readonly #way: DecoderWay;
  /** What came in this turn. */
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #turn: NodeJS.Immediate | undefined;
  #stream: Transform | undefined;
  #isOver = false;

  constructor(coding: Coding | undefined, way: DecoderWay) {
    this.#coding = coding;
    this.#way = way;
  }

  write(chunk: Uint8Array, done: () => void): void {
    if (this.#isOver) return done();
    if (this.#stream !== undefined) return void this.#stream.write(chunk, () => done());
    this.#waiting.push({ chunk, done });
    this.#waitingBytes += chunk.length;
    if (this.#waitingBytes > mostAtOnceBytes) this.#open();
    else this.#turn ??= setImmediate(() => this.#open());
  }

  end(done: () => void): void {
    if (!this.#isOver && this.#stream === undefined && !this.#decodeAtOnce()) this.#open();
    if (this.#isOver || this.#stream === undefined) return done();
    this.#stream.once('close', done);
    this.#stream.end();
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearImmediate(this.#turn);
    this.#leave();
    if (this.#stream === undefined) return;
    running -= 1;
    this.#stream.destroy();
  }

  #fail(why: NotSearched): void {
    if (this.#isOver) return;
    this.close();
    this.#way.failed(why);
  }

  /** False where it is too long for that, or broken. */
  #decodeAtOnce(): boolean {
    const text = this.#whole(Buffer.concat(this.#waiting.map(({ chunk }) => chunk)));
    if (text === undefined) return false;
    clearImmediate(this.#turn);
    this.#way.text(text);
    this.#leave();
    return true;
  }

  #whole(bytes: Uint8Array): Uint8Array | undefined {
    try {
      return bytes.length === 0 ? bytes : this.#coding?.whole(bytes);
    } catch {
      return undefined;
    }
  }

  #leave(): void {
    for (const { done } of this.#waiting.splice(0)) done();
  }

  #open(): void {
    clearImmediate(this.#turn);
    const [first] = this.#waiting;
    if (running >= mostDecoders || first === undefined) return this.#fail('busy');
    const stream = this.#coding?.stream(first.chunk);
    if (stream === undefined) return this.#fail('coding');
    running += 1;
    this.#stream = stream;
    stream.on('data', (bytes: Uint8Array) => (this.#isOver ? undefined : this.#way.text(bytes)));
    stream.on('error', () => this.#fail('broken'));
    for (const { chunk, done } of this.#waiting.splice(0)) stream.write(chunk, () => done());
  }
}

/** Decodes what is in a coding that `canDecode` knows. */
export function createDecoder(coding: string, way: DecoderWay): Decoder {
  return new CopyDecoder(codings[coding], way);
}
