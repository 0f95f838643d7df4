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

/** Not what a cut answer ends with, as browsers show it too. */
const flush = { finishFlush: constants.Z_SYNC_FLUSH };
const flushBrotli = { finishFlush: constants.BROTLI_OPERATION_FLUSH };
const textBytes = { chunkSize: 32 * 1024 };

/** With or without the wrapper that RFC 9110 section 8.4.1.2 asks for: servers send both. */
function createDeflate(first: Uint8Array): Transform {
  const isWrapped = ((first[0] ?? 0) & 0x0f) === 0x08;
  return isWrapped
    ? zlib.createInflate({ ...flush, ...textBytes })
    : zlib.createInflateRaw({ ...flush, ...textBytes });
}

const gunzip = (): Transform => zlib.createGunzip({ ...flush, ...textBytes });

/** Node has it from 22.15 on. */
const { createZstdDecompress } = zlib as { createZstdDecompress?: () => Transform };

const streams: Readonly<Record<string, ((first: Uint8Array) => Transform) | undefined>> = {
  gzip: gunzip,
  'x-gzip': gunzip,
  deflate: createDeflate,
  br: () => zlib.createBrotliDecompress({ ...flushBrotli, ...textBytes }),
  zstd: createZstdDecompress,
  /** What a WebSocket's messages are in (RFC 7692). */
  'permessage-deflate': () => zlib.createInflateRaw({ ...flush, ...textBytes }),
};

export const canDecode = (coding: string): boolean =>
  Object.hasOwn(streams, coding) && streams[coding] !== undefined;

/** Tells `text` what is decoded, and once at most, by `failed`, why there is no more of it. */
export function createDecoder(
  coding: string,
  text: (bytes: Uint8Array) => void,
  failed: (why: NotSearched) => void,
): Decoder {
  let stream: Transform | undefined;
  let isOver = false;
  const close = (): void => {
    if (isOver) return;
    isOver = true;
    if (stream === undefined) return;
    running -= 1;
    stream.destroy();
  };
  const fail = (why: NotSearched): void => {
    if (isOver) return;
    close();
    failed(why);
  };
  const open = (first: Uint8Array): Transform | undefined => {
    const make = streams[coding];
    if (make === undefined || running >= mostDecoders) {
      fail(make === undefined ? 'coding' : 'busy');
      return undefined;
    }
    running += 1;
    const made = make(first);
    made.on('data', (bytes: Uint8Array) => {
      if (!isOver) text(bytes);
    });
    made.on('error', () => fail('broken'));
    return made;
  };
  return {
    write(chunk, done) {
      if (!isOver) stream ??= open(chunk);
      if (isOver || stream === undefined) done();
      else stream.write(chunk, () => done());
    },
    end(done) {
      if (isOver || stream === undefined) return done();
      stream.once('close', done);
      stream.end();
    },
    close,
  };
}
