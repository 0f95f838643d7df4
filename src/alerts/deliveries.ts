import type { Alert } from './alert.ts';
import { createPoster, isTaken, type Attempt, type Webhook } from './webhook.ts';

export interface DeliveryLog {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface DeliveryParts {
  readonly log: DeliveryLog;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Until the second attempt; twice as long until each further one. */
  readonly firstRetryMs: number;
}

export interface DeliveryStats {
  readonly receiver: string;
  readonly waiting: number;
  readonly delivered: number;
  /** Given up, or not taken as too many waited. */
  readonly dropped: number;
  readonly failedAttempts: number;
  /** It answered 410 and is left alone. */
  readonly gone: boolean;
}

/** What waits for one receiver. */
export interface Deliveries {
  add(alert: Alert): void;
  /** One attempt with this alert, told as it came out. */
  attempt(alert: Alert): Promise<Attempt>;
  stats(): DeliveryStats;
  /** Ends it; what had not been taken yet. */
  close(): readonly Alert[];
}

interface Waiting {
  readonly alert: Alert;
  attempts: number;
  dueMs: number;
}

const mostWaiting = 100;
/** With a wait that doubles up to an hour: some three and a half hours. */
const mostAttempts = 14;
const longestWaitMs = 3_600_000;

interface State {
  waiting: readonly Waiting[];
  gone: boolean;
  readonly counts: { delivered: number; dropped: number; failedAttempts: number };
}

/** Tells one receiver of alerts, one after another, each until it is taken; nobody waits for it. */
export function createDeliveries(webhook: Webhook, parts: DeliveryParts): Deliveries {
  const { now } = parts;
  const { name: receiver } = webhook;
  const poster = createPoster(webhook);
  const state: State = { waiting: [], gone: false, counts: { delivered: 0, dropped: 0, failedAttempts: 0 } };
  let timer: NodeJS.Timeout | undefined;
  let [busy, closed] = [false, false];
  const work = async (): Promise<void> => {
    const [next] = [...state.waiting].sort((a, b) => a.dueMs - b.dueMs);
    clearTimeout(timer);
    if (closed || busy || next === undefined) return;
    const waitMs = next.dueMs - now();
    if (waitMs > 0) return void (timer = setTimeout(() => void work(), waitMs).unref());
    busy = true;
    const outcome = await poster.post(next.alert, now());
    busy = false;
    if (closed) return;
    judge(state, receiver, next, outcome, parts);
    await work();
  };
  return {
    add(alert) {
      const { gone, waiting, counts } = state;
      if (gone || closed || waiting.length >= mostWaiting) return void (counts.dropped += 1);
      state.waiting = [...waiting, { alert, attempts: 0, dueMs: now() }];
      void work();
    },
    attempt: (alert) => poster.post(alert, now()),
    stats: () => ({ receiver, waiting: state.waiting.length, gone: state.gone, ...state.counts }),
    close() {
      closed = true;
      clearTimeout(timer);
      poster.close();
      return state.waiting.map(({ alert }) => alert);
    },
  };
}

/** What comes of an attempt: it was taken, it is due again, or it is given up. */
function judge(state: State, receiver: string, one: Waiting, outcome: Attempt, parts: DeliveryParts): void {
  const { log, now, firstRetryMs } = parts;
  const { counts } = state;
  const others = state.waiting.filter((other) => other !== one);
  if (isTaken(outcome)) {
    counts.delivered += 1;
    state.waiting = others;
    return;
  }
  counts.failedAttempts += 1;
  one.attempts += 1;
  one.dueMs = now() + pauseMs(one.attempts, outcome, firstRetryMs);
  const { status, failed } = outcome;
  const fields = { receiver, alert: one.alert.id, attempt: one.attempts, status, why: failed };
  state.gone = status === 410;
  if (state.gone) {
    log.error(fields, 'a receiver of alerts answered 410: it is told of none any more, until a reload');
    counts.dropped += state.waiting.length;
    state.waiting = [];
  } else if (one.attempts >= mostAttempts) {
    log.error(fields, 'an alert could not be delivered: given up');
    counts.dropped += 1;
    state.waiting = others;
  } else log.warn(fields, 'an alert was not taken: it is sent again');
}

/** Half of it by chance: receivers are not asked by all gateways at one time. */
function pauseMs(attempts: number, { retryAfterMs = 0 }: Attempt, firstMs: number): number {
  const fullMs = Math.min(longestWaitMs, firstMs * 2 ** (attempts - 1));
  return Math.max(fullMs * (0.5 + Math.random() / 2), Math.min(retryAfterMs, longestWaitMs));
}
