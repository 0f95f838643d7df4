import type { Answer } from '../../access/question.ts';
import { ServerFrames } from '../../reading/frames/server-frames.ts';
import type { GuardedRequest } from '../guarded-request.ts';
import type { Canaries } from './canaries.ts';
import { createDecoder, type Decoder, type NotSearched } from './decoder.ts';
import { Finder } from './finder.ts';
import { refusedFor, type Watching } from './watched.ts';

/** What a message ends with, and its frames do not (RFC 7692 section 7.2.2). */
const messageEnd = Buffer.from([0x00, 0x00, 0xff, 0xff]);
/** More than this is not kept for a decoder that is slower than the platform. */
const mostWaitingBytes = 4 * 1024 * 1024;

/**
 * Looks for canaries in the messages of a tunnel that no route guards. A message that is compressed is looked at
 * while it passes: what is refused is cut right behind it.
 */
export class TunnelWatch {
  readonly #sink: Watching['sink'];
  readonly #finder: Finder;
  readonly #frames: ServerFrames;
  #decoder: Decoder | undefined;
  #waitingBytes = 0;
  #isOver = false;

  constructor({ canaries, sink }: Watching, tell: (canary: Canaries['all'][number]) => void) {
    this.#sink = sink;
    this.#finder = new Finder(canaries, tell);
    this.#frames = new ServerFrames((bytes, compressed, endsMessage) => {
      if (this.#isOver) return;
      if (!compressed) return this.#finder.look(bytes);
      if (bytes.length > 0) this.#decode(bytes);
      if (endsMessage && !this.#isOver) this.#decode(messageEnd);
    });
  }

  /** Told each piece before it is passed on. */
  readonly seen = (chunk: Buffer): void => {
    if (!this.#isOver && !this.#frames.read(chunk)) this.#giveUp('broken');
  };

  close(): void {
    this.#isOver = true;
    this.#decoder?.close();
  }

  #decode(bytes: Uint8Array): void {
    this.#decoder ??= createDecoder('permessage-deflate', {
      text: (text) => this.#finder.look(text),
      failed: (why) => this.#giveUp(why),
    });
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes > mostWaitingBytes) this.#giveUp('busy');
    else this.#decoder.write(bytes, () => (this.#waitingBytes -= bytes.length));
  }

  #giveUp(why: NotSearched): void {
    if (this.#isOver) return;
    this.#sink.notSearched(why);
    this.close();
  }
}

export interface TunnelWay {
  /** True once something guarded was granted within: from then on a canary may be what was granted. */
  isGranted(): boolean;
  /** It carries a canary that is refused. */
  refuse(cause: string): void;
}

/** What a tunnel is looked at with; undefined where a route guards it, or nothing is to be looked for. */
export function watchTunnel(
  watching: Watching | undefined,
  { resource }: Answer,
  asked: GuardedRequest,
  way: TunnelWay,
): TunnelWatch | undefined {
  if (watching === undefined || resource.kind !== 'other') return undefined;
  const { open } = resource;
  const watch = new TunnelWatch(watching, ({ name, action }) => {
    if (way.isGranted()) return watch.close();
    watching.sink.found({ name, action, asked, open });
    if (action !== 'refuse') return;
    watch.close();
    way.refuse(refusedFor(name));
  });
  return watch;
}
