import type { Answer } from '../../access/question.ts';
import type { ExchangeShare, GuardedRequest } from '../guarded-request.ts';
import { createDecoder, type Decoder } from './decoder.ts';
import { Finder } from './finder.ts';
import { ServerFrames } from './frames.ts';
import { refusedFor } from './watched.ts';

/** Looks at what the platform sends in a tunnel. */
export interface TunnelWatch {
  /** Told each piece before it is passed on. */
  seen(chunk: Buffer): void;
  close(): void;
}

/** What a message ends with, and its frames do not (RFC 7692 section 7.2.2). */
const messageEnd = Buffer.from([0x00, 0x00, 0xff, 0xff]);
/** More than this is not kept for a decoder that is slower than the platform. */
const mostWaitingBytes = 4 * 1024 * 1024;

/**
 * Looks for canaries in the messages of a tunnel that no route guards; undefined where nothing is to be looked for.
 * A message that is compressed is looked at while it passes: what is refused is cut right behind it.
 */
export function watchTunnel(
  { watching: current }: Pick<ExchangeShare, 'watching'>,
  { resource }: Answer,
  asked: GuardedRequest,
  refuse: (cause: string) => void,
): TunnelWatch | undefined {
  const watching = resource.kind === 'other' ? current?.() : undefined;
  if (watching === undefined) return undefined;
  const open = resource.kind === 'other' && resource.open;
  const { canaries, sink } = watching;
  let isOver = false;
  let decoder: Decoder | undefined;
  let waitingBytes = 0;
  const close = (): void => {
    isOver = true;
    decoder?.close();
  };
  const giveUp: Parameters<typeof createDecoder>[2] = (why) => {
    if (isOver) return;
    sink.notSearched(why);
    close();
  };
  const finder = new Finder(canaries, ({ name, action }) => {
    sink.found({ name, action, asked, open });
    if (action !== 'refuse') return;
    close();
    refuse(refusedFor(name));
  });
  const decode = (bytes: Buffer): void => {
    decoder ??= createDecoder('permessage-deflate', (text) => finder.look(text), giveUp);
    waitingBytes += bytes.length;
    if (waitingBytes > mostWaitingBytes) giveUp('busy');
    else decoder.write(bytes, () => (waitingBytes -= bytes.length));
  };
  const frames = new ServerFrames((bytes, compressed, endsMessage) => {
    if (isOver) return;
    if (!compressed) return finder.look(bytes);
    if (bytes.length > 0) decode(bytes);
    if (endsMessage && !isOver) decode(messageEnd);
  });
  return {
    seen(chunk) {
      if (!isOver && !frames.read(chunk)) giveUp('broken');
    },
    close,
  };
}
