import { batchText, lineOf, toRow, type ActivityEvent, type Mark } from './event.ts';

export interface RecorderOptions {
  readonly replica: string;
  /** Batches go off so often, and as soon as so many events wait: few of them ever outlive a scavenge of the heap. */
  readonly flushMs: number;
  readonly flushEvents: number;
  /** Events that may wait; those beyond are lost, and counted. */
  readonly mostWaiting: number;
  /** Takes a batch as text; the next one goes off at the earliest when it has come through. */
  readonly send: (batch: string) => Promise<void>;
  readonly now: () => number;
}

export interface RecorderState {
  /** Events that are not written down yet. */
  readonly waiting: number;
  /** The next event would be lost, or some were and that cannot be told yet. */
  readonly isLosing: boolean;
  /** Events that were not recorded since the start. */
  readonly lost: number;
}

/** The hot path's end of the record: an event costs its text, and waits for nothing. */
export interface Recorder {
  record(event: ActivityEvent): void;
  /** Sends all that waits. */
  flush(): Promise<void>;
  /** Adds what else happened to what is sent next. */
  mark(kind: 'digest' | 'dismissed' | 'recalled' | 'read', text: string): void;
  state(): RecorderState;
  close(): Promise<void>;
}

/** Events go off together after a short while; under pressure in larger batches, and beyond a bound they are lost. */
export function createRecorder(options: RecorderOptions): Recorder {
  const { replica, flushMs, flushEvents, mostWaiting, now } = options;
  const queue = createQueue(replica, mostWaiting, now);
  let sending: Promise<void> | undefined;
  const start = (): Promise<void> => {
    if (!queue.isEmpty()) sending ??= sendSome(queue, options).finally(() => (sending = undefined));
    return sending ?? Promise.resolve();
  };
  const flush = async (): Promise<void> => {
    await sending;
    await start();
  };
  const timer = setInterval(() => void start(), flushMs).unref();
  return {
    record(event) {
      if (queue.add(event) >= flushEvents && sending === undefined) void start();
    },
    flush,
    mark: (kind, text) => queue.mark(kind, { text }),
    state: queue.state,
    async close() {
      clearInterval(timer);
      await flush();
      queue.mark('stop');
      await flush();
    },
  };
}

/** Sends a batch, and those that are full by then. */
async function sendSome(queue: Queue, { send, flushEvents }: RecorderOptions): Promise<void> {
  do {
    const { batch, count, fromMs, marks } = queue.take();
    try {
      await send(batch);
    } catch {
      // It is tried no further: what it held is lost, and the next batch that goes through says so.
      queue.lose(fromMs, count);
      queue.tellLater(marks);
      return;
    }
    // What little came meanwhile waits for more: a batch costs as much as a hundred of its events.
  } while (queue.state().waiting >= flushEvents);
}

const spanAt = (atMs: number) => ({ fromMs: atMs, toMs: atMs });

type Queue = ReturnType<typeof createQueue>;

/** Events as text, up to a bound, and what was lost of them. */
function createQueue(replica: string, mostWaiting: number, now: () => number) {
  let [marks, lines]: [Mark[], string[]] = [[], []];
  let [seq, firstSeq, lost] = [0, 1, 0];
  let gap: { readonly fromMs: number; readonly count: number } | undefined;
  const mark = (kind: Mark['kind'], more: Partial<Mark> = {}): void =>
    void marks.push({ kind, ...spanAt(now()), count: 0, replica, ...more });
  const lose = (fromMs: number, count: number): void => {
    lost += count;
    gap = { fromMs: gap?.fromMs ?? fromMs, count: (gap?.count ?? 0) + count };
  };
  mark('start');
  return {
    ...{ mark, lose },
    /** How many wait now. */
    add(event: ActivityEvent): number {
      seq += 1;
      if (lines.length >= mostWaiting) lose(event.atMs, 1);
      else if (lines.push(lineOf(toRow(event))) === 1) firstSeq = seq;
      return lines.length;
    },
    take() {
      if (gap !== undefined) mark('lost', gap);
      gap = undefined;
      const batch = batchText({ replica, firstSeq, marks, lines });
      const taken = { batch, count: lines.length, fromMs: now(), marks };
      [marks, lines, firstSeq] = [[], [], seq + 1];
      return taken;
    },
    /** Marks that did not come through. */
    tellLater(untold: readonly Mark[]): void {
      marks.unshift(...untold.filter(({ kind }) => kind !== 'lost'));
      for (const { kind, fromMs, count } of untold)
        if (kind === 'lost') gap = { fromMs, count: (gap?.count ?? 0) + count };
    },
    isEmpty: () => lines.length === 0 && marks.length === 0 && gap === undefined,
    state(): RecorderState {
      return { waiting: lines.length, lost, isLosing: gap !== undefined || lines.length >= mostWaiting };
    },
  };
}
