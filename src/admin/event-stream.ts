import { PassThrough, type Readable } from 'node:stream';
import { cellOf, eventOf, toRow, type ActivityEvent } from '../activity/event.ts';
import { viewEvent } from './activity.ts';

/** What a stream tells of. */
export interface EventSource {
  subscribe(listener: (event: ActivityEvent) => void): () => void;
  matches(event: ActivityEvent): boolean;
  /** Whether who reads may still read all of it; asked each second. */
  mayGoOn(): Promise<boolean>;
}

/** Streams of events, a bounded number for each reader. */
export interface EventStreams {
  /** Undefined where the reader has as many as they may. */
  open(reader: string, source: EventSource): Readable | undefined;
  /** Ends all of them. */
  close(): void;
}

const mostPerReader = 8;
const mostStreams = 100;
/** Events that go out together, and how often. Those beyond are counted only. */
const mostAtOnce = 200;
const flushMs = 250;
const askMs = 1_000;
/** Below the half minute after which proxies close what is silent. */
const heartbeatMs = 15_000;
/** What may wait for a reader that is slow. */
const mostBytes = 262_144;

export function createEventStreams(): EventStreams {
  const streams = new Map<PassThrough, string>();
  return {
    open(reader, source) {
      const own = [...streams.values()].filter((name) => name === reader).length;
      if (own >= mostPerReader || streams.size >= mostStreams) return undefined;
      const stream = openStream(source);
      streams.set(stream, reader);
      stream.once('close', () => streams.delete(stream));
      return stream;
    },
    close: () => streams.forEach((_reader, stream) => stream.end(message({ reason: 'closing' }, 'end'))),
  };
}

/** A message of server-sent events (HTML, section 9.2.6). */
function message(data: object, name?: string): string {
  return `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`;
}

/** As it is found again later: what the record does not hold is not told here either. */
function asRecorded(event: ActivityEvent): object {
  const row = toRow(event);
  return viewEvent({ ...eventOf((name) => cellOf(row, name)), replica: '', seq: 0 });
}

function openStream(source: EventSource): PassThrough {
  const stream = new PassThrough({ highWaterMark: mostBytes });
  let waiting: ActivityEvent[] = [];
  let skipped = 0;
  const unsubscribe = source.subscribe((event) => {
    if (!source.matches(event)) return;
    if (waiting.length < mostAtOnce) waiting.push(event);
    else skipped += 1;
  });
  const flush = (): void => {
    if (stream.writableNeedDrain || waiting.length === 0) return;
    const texts = waiting.map((event) => message(asRecorded(event)));
    if (skipped > 0) texts.push(message({ count: skipped }, 'skipped'));
    [waiting, skipped] = [[], 0];
    stream.write(texts.join(''));
  };
  const ask = async (): Promise<void> => {
    if (await source.mayGoOn().catch(() => false)) return;
    waiting = [];
    if (!stream.writableEnded) stream.end(message({ reason: 'not-yours' }, 'end'));
  };
  const timers = [
    setInterval(flush, flushMs),
    setInterval(() => void ask(), askMs),
    setInterval(() => void (stream.writableNeedDrain || stream.write(':\n\n')), heartbeatMs),
  ];
  const stop = (): void => {
    unsubscribe();
    for (const timer of timers) clearInterval(timer);
  };
  stream.once('finish', stop).once('close', stop);
  // So that the answer's head goes out, and the reader knows that it is heard.
  stream.write('retry: 3000\n\n');
  return stream;
}
