import { readStreamEntry } from './change-text.ts';
import { FEED_BLOCK_MS, hangUp, isReply, whenReady } from './connections.ts';
import type { Keys } from './keys.ts';
import { wholeChange } from './read.ts';
import type { Beat } from './replicas.ts';
import type { Client } from './scripts.ts';
import type { Change, Position } from '../../changes/change.ts';
import type { Follower } from '../store.ts';

/**
 * So many reads that waited in full may bring nothing while the store says that there is more, before the log counts
 * as cut. Reads, not time: a feed that has no connection, or none yet after a failover, has not looked.
 */
const PATIENCE = 3;

export interface FeedOptions {
  readonly keys: Keys;
  readonly replica: string;
  /** For the blocking reads; closed with the feed. */
  readonly feed: Client;
  /** For everything else. */
  readonly commands: Client;
  readonly follower: Follower;
  readonly from: Position;
  /** A change is about to be told; `origin` wrote it. */
  readonly onChange: (change: Change, origin: string) => void;
  readonly onAck: (changeId: string, replica: string) => void;
  readonly onProblem: (problem: string) => void;
}

/** Why what a beat found is not the history that was told; undefined where it is, or goes on from it. */
function otherHistory({ head, beheaded }: Beat, delivered: Position): string | undefined {
  if (head === undefined) {
    return delivered.revision === 0 && !beheaded ? undefined : 'the store has lost its head';
  }
  if (head.revision < delivered.revision)
    return `the store is back at revision ${String(head.revision)}, ${String(delivered.revision)} was served`;
  if (head.revision === delivered.revision && head.changeId !== delivered.changeId)
    return `the store has another change at revision ${String(head.revision)}`;
  return undefined;
}

/** What was told so far, checked against where the store says that it stands. */
function createProgress(from: Position, follower: Follower, end: (why: string) => void) {
  let delivered = from;
  let waiting: { revision: number; atMs: number } | undefined;
  let missed = 0;
  let ahead = false;

  const confirm = (): void => {
    if (waiting === undefined || waiting.revision > delivered.revision) return;
    follower.confirmed(waiting.atMs);
    waiting = undefined;
  };
  return {
    delivered: (): Position => delivered,
    tell(change: Change): void {
      if (change.previousId !== delivered.changeId) {
        end(`revision ${String(change.revision)} does not follow revision ${String(delivered.revision)}`);
        return;
      }
      delivered = { revision: change.revision, changeId: change.changeId };
      [ahead, missed] = [false, 0];
      follower.change(change);
      confirm();
    },
    /** The log was looked at for as long as a read waits, and had nothing new. */
    nothing(): void {
      missed = ahead ? missed + 1 : 0;
      if (missed > PATIENCE) end('the log of changes was cut off'); // the first one may have begun too early to count
    },
    /** Takes where the store stood at a time; `before` is what was told when it was asked. */
    compare(beat: Beat, before: Position, atMs: number): void {
      const why = otherHistory(beat, before);
      if (why !== undefined) return end(why);
      const { revision } = beat.head ?? before;
      ahead = revision > delivered.revision;
      waiting ??= { revision, atMs };
      confirm();
    },
  };
}

type Read = [stream: string, entries: [id: string, fields: string[]][]][] | null;

/** One feed while it runs. */
interface Running {
  readonly options: FeedOptions;
  readonly progress: ReturnType<typeof createProgress>;
  readonly end: (why: string) => void;
  over: boolean;
  lastAck: string;
}

async function tell(running: Running, id: string, fields: string[]): Promise<void> {
  const { options, progress, end } = running;
  const entry = readStreamEntry(id, fields);
  if (entry === undefined) {
    end(`change ${id} cannot be read`);
    return;
  }
  const change = await wholeChange(options.commands, options.keys, entry.change);
  if (change === undefined) end(`the ranges of revision ${String(entry.change.revision)} are gone`);
  else if (!running.over) {
    options.onChange(change, entry.origin);
    progress.tell(change);
  }
}

/** Waits for what is new, at most a second, and tells it. */
async function readOnce(running: Running): Promise<void> {
  const { keys, replica, feed, onAck } = running.options;
  const from = `${String(running.progress.delivered().revision)}-0`;
  const names = [keys.changes, keys.acks(replica), from, running.lastAck];
  const read: Read = await feed.xread('COUNT', 500, 'BLOCK', FEED_BLOCK_MS, 'STREAMS', ...names);
  if (read === null && !running.over) running.progress.nothing();
  for (const [stream, entries] of read ?? []) {
    for (const [id, fields] of entries) {
      if (running.over) return;
      if (stream === keys.changes) await tell(running, id, fields);
      else {
        running.lastAck = id;
        onAck(fields[3] ?? '', fields[1] ?? '');
      }
    }
  }
}

async function readOn(running: Running): Promise<void> {
  const { feed, onProblem } = running.options;
  while (!running.over) {
    if (feed.status !== 'ready') await whenReady(feed, FEED_BLOCK_MS);
    else {
      await readOnce(running).catch(async (error: unknown) => {
        if (!running.over && isReply(error)) onProblem(error.message);
        await whenReady(feed, 50); // a broken connection comes back by itself
      });
    }
  }
}

/** Reads the log from a position on, for one follower, until stopped or the history is another. */
export function openFeed(options: FeedOptions) {
  const { feed, follower, from } = options;
  const stop = (): void => {
    running.over = true;
    hangUp(feed);
  };
  const end = (why: string): void => {
    if (running.over) return;
    stop();
    follower.lost(why);
  };
  const progress = createProgress(from, follower, end);
  const running: Running = { options, progress, end, over: false, lastAck: '0-0' };
  void readOn(running);
  return {
    stop,
    /** What was told so far. */
    delivered: progress.delivered,
    /** Begins a comparison with a beat that is sent now. */
    beat(atMs: number): (beat: Beat) => void {
      const before = progress.delivered();
      return (beat) => {
        if (!running.over) progress.compare(beat, before, atMs);
      };
    },
  };
}

export type Feed = ReturnType<typeof openFeed>;
