import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ActivityEvent } from './event.ts';
import type { Draft, Forecast } from './forecast.ts';
import { startIndexThread, type IndexThread } from './index-thread.ts';
import type { Filter, TimedFilter } from './match.ts';
import type { Cursor, Page } from './query.ts';
import { createRecorder } from './recorder.ts';
import type { RetentionOptions } from './retention.ts';
import type { Summary, Use } from './summary.ts';
import type { ChainState, Verified } from './verify.ts';

export interface ActivityOptions extends RetentionOptions {
  /** Where the index is kept; made where it is missing. */
  readonly folder: string;
  /** This process, unlike any that ever wrote to the record: its numbers begin anew. */
  readonly replica: string;
}

/** pino's shape. */
export interface ActivityLog {
  warn(fields: object, message: string): void;
}

/** What was decided, kept and asked for. Recording never waits and never throws; asking rejects while there is no index. */
export interface Activity {
  record(event: ActivityEvent): void;
  query(filter: Filter, limit: number, cursor?: Cursor): Promise<Page>;
  summary(filter: Filter & { fromMs: number; toMs: number }, buckets: number): Promise<Summary>;
  /** What a draft of the policy would have changed of all that was recorded up to now. */
  forecast(filter: TimedFilter, draft: Draft): Promise<Forecast>;
  rangeUse(scope: string, fromMs: number): Promise<readonly Use[]>;
  verify(): Promise<readonly ChainState[]>;
  /** Hears of every event recorded here, as it comes. */
  subscribe(listener: (event: ActivityEvent) => void): () => void;
  /** All that was recorded up to now can be asked for. */
  settled(): Promise<void>;
  stats(): { readonly waiting: number; readonly lost: number; readonly failed: string | undefined };
  close(): Promise<void>;
}

export interface ActivityParts {
  readonly log: ActivityLog;
  readonly now: () => number;
}

const flushMs = 250;
const mostWaiting = 50_000;
const pruneMs = 60_000;

/** Opens the record. It counts what it cannot keep, and says so; no request ever waits for it. */
export function openActivity(options: ActivityOptions, parts: ActivityParts): Activity {
  mkdirSync(options.folder, { recursive: true });
  const { log, now } = parts;
  const state: { failed?: string; closing?: true } = {};
  const file = join(options.folder, 'activity.sqlite');
  const thread = startIndexThread({ file, retention: options }, (why) => {
    state.failed = why;
    if (!state.closing)
      log.warn({ why }, 'the activity record cannot be kept: events are lost until a restart');
  });
  void tellAside(thread, log);
  const recorder = createRecorder({
    replica: options.replica,
    flushMs,
    mostWaiting,
    now,
    send: (batch) => thread.ask('take', { batch }),
  });
  const pruning = setInterval(() => void prune(thread, now), pruneMs).unref();
  return {
    ...questionsTo(thread),
    ...createListening(recorder.record),
    settled: recorder.flush,
    stats: () => ({ waiting: recorder.waiting, lost: recorder.lost, failed: state.failed }),
    async close() {
      state.closing = true;
      clearInterval(pruning);
      await recorder.close();
      await thread.close();
    },
  };
}

function questionsTo({
  ask,
}: IndexThread): Pick<Activity, 'query' | 'summary' | 'forecast' | 'rangeUse' | 'verify'> {
  return {
    query: (filter, limit, cursor) => ask('query', { filter, limit, ...(cursor && { cursor }) }),
    summary: (filter, buckets) => ask('summary', { filter, buckets }),
    forecast: (filter, draft) => ask('forecast', { filter, draft }),
    rangeUse: (scope, fromMs) => ask('rangeUse', { scope, fromMs }),
    verify: () => verifyAll(ask),
  };
}

function createListening(record: (event: ActivityEvent) => void): Pick<Activity, 'record' | 'subscribe'> {
  const listeners = new Set<(event: ActivityEvent) => void>();
  return {
    record(event) {
      record(event);
      for (const listener of listeners) listener(event);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** In steps, so that what comes in meanwhile gets its turn. */
async function verifyAll(ask: IndexThread['ask']): Promise<readonly ChainState[]> {
  let verified: Verified | undefined;
  do verified = await ask('verify', verified === undefined ? {} : { from: verified });
  while (!verified.isDone);
  return verified.chains.map(({ hash: _hash, ...state }) => state);
}

/** What an older version wrote is not read, and nothing prunes it any more: someone must know of it. */
async function tellAside(thread: IndexThread, log: ActivityLog): Promise<void> {
  const { aside } = await thread.ask('opened', {}).catch(() => ({ aside: undefined }));
  if (aside !== undefined)
    log.warn(
      { file: aside },
      'the activity record of an older version was put aside: delete it when it is not needed',
    );
}

/** In steps, so that what comes in meanwhile gets its turn. */
async function prune(thread: IndexThread, now: () => number): Promise<void> {
  let more = true;
  while (more) more = await thread.ask('prune', { nowMs: now() }).catch(() => false);
}
