import type { PassThrough } from 'node:stream';
import { cellOf, eventOf, toRow, type ActivityEvent } from '../activity/event.ts';
import { viewEvent } from './activity.ts';
import { isBusy, message } from './streams.ts';

/** What a stream tells of. */
export interface EventSource {
  subscribe(listener: (event: ActivityEvent) => void): () => void;
  matches(event: ActivityEvent): boolean;
}

/** Events that go out together, and how often. Those beyond are counted only. */
const mostAtOnce = 200;
const flushMs = 250;

/** As it is found again later: what the record does not hold is not told here either. */
function asRecorded(event: ActivityEvent): object {
  const row = toRow(event);
  return viewEvent({ ...eventOf((name) => cellOf(row, name)), replica: '', seq: 0 });
}

/** Writes events as they come, until what it returns is called. */
export function writeEvents(stream: PassThrough, source: EventSource): () => void {
  let waiting: ActivityEvent[] = [];
  let skipped = 0;
  const unsubscribe = source.subscribe((event) => {
    if (!source.matches(event)) return;
    if (waiting.length < mostAtOnce) waiting.push(event);
    else skipped += 1;
  });
  const flush = (): void => {
    if (isBusy(stream) || waiting.length === 0) return;
    const texts = waiting.map((event) => message(asRecorded(event)));
    if (skipped > 0) texts.push(message({ count: skipped }, 'skipped'));
    [waiting, skipped] = [[], 0];
    stream.write(texts.join(''));
  };
  const timer = setInterval(flush, flushMs);
  // So that the answer's head goes out, and the reader knows that it is heard.
  stream.write('retry: 3000\n\n');
  return () => {
    unsubscribe();
    clearInterval(timer);
  };
}
