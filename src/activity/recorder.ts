import { toRow, type ActivityEvent, type Mark } from './event.ts';

export interface RecorderOptions {
  readonly replica: string;
  /** Batches go off so often. */
  readonly flushMs: number;
  /** Events that may wait; those beyond are lost, and counted. */
  readonly mostWaiting: number;
  /** Takes a batch as JSON text; the next one goes off when it has come through. */
  readonly send: (batch: string) => Promise<void>;
  readonly now: () => number;
}

/** The hot path's end of the record: an event costs its text, and waits for nothing. */
export interface Recorder {
  record(event: ActivityEvent): void;
  /** Sends what waits, and all that waits behind it. */
  flush(): Promise<void>;
  readonly waiting: number;
  /** Events that were not recorded since the start. */
  readonly lost: number;
  close(): Promise<void>;
}

/** Events go off together after a short while; under pressure in larger batches, and beyond a bound they are lost. */
export function createRecorder({ replica, flushMs, mostWaiting, send, now }: RecorderOptions): Recorder {
  const queue = createQueue(replica, mostWaiting, now);
  let sending: Promise<void> | undefined;
  const sendAll = async (): Promise<void> => {
    while (!queue.isEmpty()) {
      const { batch, count, fromMs } = queue.take();
      try {
        await send(batch);
      } catch {
        // It is tried no further: what it held is lost, and the next batch that goes through says so.
        queue.lose(fromMs, count);
        return;
      }
    }
  };
  const flush = (): Promise<void> => {
    sending ??= sendAll().finally(() => (sending = undefined));
    return sending;
  };
  const timer = setInterval(() => void flush(), flushMs).unref();
  return {
    record: queue.add,
    flush,
    get waiting() {
      return queue.waiting();
    },
    get lost() {
      return queue.lost();
    },
    async close() {
      clearInterval(timer);
      await flush();
      queue.mark('stop');
      await flush();
    },
  };
}

/** Events as text, up to a bound, and what was lost of them. */
function createQueue(replica: string, mostWaiting: number, now: () => number) {
  const marks: Mark[] = [];
  let [seq, firstSeq, text, waiting, lost] = [0, 0, '', 0, 0];
  let gap: { readonly fromMs: number; count: number } | undefined;
  const mark = (kind: Mark['kind'], fromMs = now(), count = 0): void =>
    void marks.push({ kind, fromMs, toMs: now(), count, replica });
  const lose = (fromMs: number, count: number): void => {
    lost += count;
    gap ??= { fromMs, count: 0 };
    gap.count += count;
  };
  mark('start');
  return {
    mark,
    lose,
    add(event: ActivityEvent): void {
      seq += 1;
      if (waiting >= mostWaiting) return lose(event.atMs, 1);
      if (waiting === 0) firstSeq = seq;
      const row = JSON.stringify(toRow(event));
      text = waiting === 0 ? row : `${text},${row}`;
      waiting += 1;
    },
    take(): { readonly batch: string; readonly count: number; readonly fromMs: number } {
      if (gap !== undefined && gap.count > 0) mark('lost', gap.fromMs, gap.count);
      gap = undefined;
      const head = JSON.stringify({ replica, firstSeq, marks }).slice(0, -1);
      const taken = { batch: `${head},"rows":[${text}]}`, count: waiting, fromMs: now() };
      marks.length = 0;
      [text, waiting] = ['', 0];
      return taken;
    },
    isEmpty: () => waiting === 0 && marks.length === 0 && gap === undefined,
    waiting: () => waiting,
    lost: () => lost,
  };
}
