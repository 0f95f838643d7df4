import type { ChainHead } from './digest.ts';
import type { ActivityEvent } from './event.ts';
import { createForesee, type Foresee } from './foresee.ts';
import { startIndexThread, type IndexThread } from './index-thread.ts';
import type { Filter, TimedFilter } from './match.ts';
import { dismissalText, type DismissedPlace } from './dismissals.ts';
import type { Cursor, Page } from './query.ts';
import type { Refusals } from './refusals.ts';
import { createListening } from './listening.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import type { Readings, ReadingsAsked } from './readings.ts';
import type { RetentionOptions } from './retention.ts';
import { appendAll, followStream, type ActivityStream, type StreamEntry } from './stream.ts';
import type { Summary, Use } from './summary.ts';
import { verifyRecord, type Verification } from './verification.ts';

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

export interface ActivityParts {
  readonly log: ActivityLog;
  readonly now: () => number;
  /** Where several gateways keep one record: theirs. Without it the index is the record. */
  readonly stream?: ActivityStream;
  /** Signs where the chains stand, once an hour and at the end; undefined while it cannot. */
  readonly digest?: (heads: readonly ChainHead[]) => Promise<string | undefined>;
}

/** What was decided, kept and asked for. Recording never waits and never throws; asking rejects while there is no index. */
export interface Activity {
  record(event: ActivityEvent): void;
  /** Settles once the record could be opened, or could not. */
  readonly opened: Promise<void>;
  /** False while what is recorded now would be lost, or while it is not known yet whether it would be. */
  hasRoom(): boolean;
  query(filter: Filter, limit: number, cursor?: Cursor): Promise<Page>;
  summary(filter: Filter & { fromMs: number; toMs: number }, buckets: number): Promise<Summary>;
  /** What a draft of the policy would have changed of what was recorded up to now. */
  readonly foresee: Foresee;
  rangeUse(scope: string, fromMs: number): Promise<readonly Use[]>;
  /** Who was turned away and has not come in since; at most `most` groups. */
  refusals(filter: TimedFilter, most: number): Promise<Refusals>;
  /** Admins need not be told of these refusals any more, or are told again. */
  dismiss(kind: 'dismissed' | 'recalled', place: DismissedPlace, by: string): void;
  /** Follows the chains of hashes; `digests`: from elsewhere, which the record must agree with. */
  verify(digests?: readonly string[]): Promise<Verification>;
  /** Records that somebody read what is recorded: chained and kept as events are. */
  noteReading(text: string): void;
  readings(asked: ReadingsAsked): Promise<Readings>;
  /** Hears of every event as it comes; of those of other gateways on one Redis as soon as they are read. */
  subscribe(listener: (event: ActivityEvent) => void): () => void;
  /** All that was recorded here up to now is written down: in the index, or in the stream of all gateways. */
  settled(): Promise<void>;
  stats(): { readonly waiting: number; readonly lost: number; readonly failed: string | undefined };
  close(): Promise<void>;
}

const flushMs = 250;
const flushEvents = 512;
const mostWaiting = 50_000;
const pruneMs = 60_000;
const digestMs = 3_600_000;
/** The first digest says where the chains stood that ended before. */
const firstDigestMs = 60_000;

const UNKEPT = 'the activity record cannot be kept: events are lost until a restart';

/** Opens the record. It counts what it cannot keep, and says so; no request ever waits for it. */
export function openActivity(options: ActivityOptions, parts: ActivityParts): Activity {
  const { log, now, stream } = parts;
  const state: { failed?: string; opened?: true; closing?: true } = {};
  const { folder, replica, ...retention } = options;
  const thread = startIndexThread({ folder, isShared: stream !== undefined, retention }, (why) => {
    state.failed = why;
    if (!state.closing) log.warn({ why }, UNKEPT);
  });
  const opened = tellAside(thread, log).then(() => void (state.opened = true));
  const recorder = createRecorder({
    ...{ replica, flushMs, flushEvents, mostWaiting, now },
    send: stream === undefined ? (batch) => thread.ask('take', { batch }) : sendTo(stream, thread, state),
  });
  const { tellOthers, ...listening } = createListening(recorder.record, replica, now);
  const following = stream && followStream({ stream, log, index: indexOf(thread, tellOthers) });
  const pruning = setInterval(() => void prune(thread, now), pruneMs).unref();
  const attesting = attestHourly(parts, thread, recorder);
  return {
    ...questionsTo(thread, stream),
    ...listening,
    dismiss: (kind, place, by) => recorder.mark(kind, dismissalText(place, by)),
    opened,
    hasRoom: () => state.opened === true && state.failed === undefined && !recorder.state().isLosing,
    noteReading: (text) => recorder.mark('read', text),
    settled: recorder.flush,
    stats: () => ({ ...recorder.state(), failed: state.failed }),
    async close() {
      state.closing = true;
      clearInterval(pruning);
      await recorder.flush();
      await attesting.close();
      await recorder.close();
      tellLost(recorder, log);
      stream?.close();
      await following?.stop();
      await thread.close();
    },
  };
}

function tellLost(recorder: Recorder, log: ActivityLog): void {
  const { lost, isLosing } = recorder.state();
  if (isLosing) log.warn({ lost }, 'the end of the activity record could not be kept');
}

/** Batches are linked and sealed by the thread, and wait for the stream as long as it takes. */
function sendTo(
  stream: ActivityStream,
  { ask }: IndexThread,
  state: { readonly closing?: true },
): (batch: string) => Promise<void> {
  return async (batch) => appendAll(stream, await ask('seal', { batch }), () => state.closing === true);
}

function indexOf(
  { ask }: IndexThread,
  tell: (entry: StreamEntry) => void,
): Parameters<typeof followStream>[0]['index'] {
  return {
    position: () => ask('position', {}),
    async keep(entries) {
      await ask('keep', { entries });
      for (const entry of entries) tell(entry);
    },
    rewind: () => ask('rewind', {}),
  };
}

/** Adds a signed digest each hour to what is recorded, and a last one. */
function attestHourly({ digest }: ActivityParts, { ask }: IndexThread, { mark }: Recorder) {
  const once = async (): Promise<void> => {
    const signed = await ask('unattested', {})
      .then((heads) => digest?.(heads))
      .catch(() => undefined);
    if (signed !== undefined) mark('digest', signed);
  };
  const first = setTimeout(() => void once(), firstDigestMs).unref();
  const hourly = setInterval(() => void once(), digestMs).unref();
  return {
    async close() {
      clearTimeout(first);
      clearInterval(hourly);
      if (digest !== undefined) await once();
    },
  };
}

function questionsTo(
  { ask }: IndexThread,
  stream: ActivityStream | undefined,
): Pick<Activity, 'query' | 'summary' | 'foresee' | 'rangeUse' | 'readings' | 'refusals' | 'verify'> {
  return {
    query: (filter, limit, cursor) => ask('query', { filter, limit, ...(cursor && { cursor }) }),
    summary: (filter, buckets) => ask('summary', { filter, buckets }),
    foresee: createForesee({
      begin: (asked) => ask('forecastBegin', asked),
      goOn: (asked) => ask('forecastOn', asked),
      end: (asked) => ask('forecastEnd', asked),
    }),
    rangeUse: (scope, fromMs) => ask('rangeUse', { scope, fromMs }),
    readings: (asked) => ask('readings', asked),
    refusals: (filter, most) => ask('refusals', { filter, most }),
    verify: (digests = []) => verifyRecord(ask, digests, stream),
  };
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
