/** One entry of the stream: a sealed batch of some gateway. */
export interface StreamEntry {
  readonly id: string;
  /** Events in the stream up to it and with it, since it began. */
  readonly total: number;
  /** Events of this one. */
  readonly events: number;
  readonly sealed: Uint8Array;
}

/** The stream in which the batches of all gateways lie, in one order. Every call rejects where it cannot be reached. */
export interface ActivityStream {
  /** Appends a sealed batch of so many events, and drops the oldest ones that are too old or too much. */
  append(sealed: Uint8Array, events: number): Promise<void>;
  /** Up to `most` entries after an id (`0-0`: from the beginning), oldest first. Waits up to `waitMs` for one. */
  read(after: string, most: number, waitMs: number): Promise<readonly StreamEntry[]>;
  /** The id of the newest entry there ever was; undefined where there was none. */
  newest(): Promise<string | undefined>;
  close(): void;
}

/** The index that a stream is read into; each call rejects where it cannot be done. */
export interface StreamIndex {
  /** The id of the last entry that it has; `0-0` for none. */
  position(): Promise<string>;
  keep(entry: StreamEntry): Promise<void>;
  /** What was in the stream is not any more: it is read from its beginning. */
  rewind(): Promise<void>;
}

export interface FollowParts {
  readonly stream: ActivityStream;
  readonly index: StreamIndex;
  readonly log: { warn(fields: object, message: string): void };
}

/** Batches are large where much comes in: a few at a time keep the memory small. */
const mostAtOnce = 16;
const waitMs = 1_000;
const retryMs = 1_000;
/** So often it is asked whether the stream is still the one that was read. */
const checkMs = 10_000;

/** Reads the stream into the index until stopped; what cannot be read or kept is tried again. */
export function followStream(parts: FollowParts): { stop(): Promise<void> } {
  const state: Following = {};
  const running = readOn(parts, state);
  return {
    stop() {
      state.over = true;
      return running;
    },
  };
}

interface Following {
  over?: true;
  problem?: string;
  /** The last entry that the index has. */
  read?: string;
  checkedMs?: number;
}

async function readOn(parts: FollowParts, state: Following): Promise<void> {
  while (!state.over) {
    try {
      await readSome(parts, state);
      delete state.problem;
    } catch (error) {
      const problem = String(error);
      if (problem !== state.problem && !state.over)
        parts.log.warn({ problem }, 'the record of all gateways is not read: the newest may be missing');
      state.problem = problem;
      delete state.checkedMs;
      await pause(state.over ? 0 : retryMs);
    }
  }
}

async function readSome({ stream, index }: FollowParts, state: Following): Promise<void> {
  state.read ??= await index.position();
  if (performance.now() - (state.checkedMs ?? -checkMs) >= checkMs) {
    if (isBefore((await stream.newest()) ?? '0-0', state.read)) {
      await index.rewind();
      delete state.read;
      return;
    }
    state.checkedMs = performance.now();
  }
  for (const entry of await stream.read(state.read, mostAtOnce, waitMs)) {
    if (state.over) return;
    await index.keep(entry);
    state.read = entry.id;
  }
}

/** Sends sealed batches until each has come through, or `isOver`: then it rejects. */
export async function appendAll(
  stream: ActivityStream,
  batches: readonly { readonly sealed: Uint8Array; readonly events: number }[],
  isOver: () => boolean,
): Promise<void> {
  for (const { sealed, events } of batches) {
    for (;;) {
      try {
        await stream.append(sealed, events);
        break;
      } catch (error) {
        if (isOver()) throw error;
        await pause(retryMs);
      }
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

/** Ids are `<milliseconds>-<number>`. */
function isBefore(a: string, b: string): boolean {
  const [[aMs = 0, aNumber = 0], [bMs = 0, bNumber = 0]] = [
    a.split('-').map(Number),
    b.split('-').map(Number),
  ];
  return aMs < bMs || (aMs === bMs && aNumber < bNumber);
}
