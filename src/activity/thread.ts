import { parentPort, workerData } from 'node:worker_threads';
import { openIndex, type Index } from './database.ts';
import { openDecisions } from './decisions.ts';
import { readBatch } from './event.ts';
import { forecast } from './forecast.ts';
import type { Answers, Asked, Operation, Reply, ThreadData } from './operations.ts';
import { queryEvents } from './query.ts';
import { pruneSome, sizeOf } from './retention.ts';
import { rangeUse, summarize } from './summary.ts';
import { verifySome } from './verify.ts';

const { file, retention } = workerData as ThreadData;
const opened: { aside?: string } = {};
const index = open();
const decisions = openDecisions(index);

/** SQLite's errors have a class of their own, which does not come through to the other thread. */
function open(): Index {
  try {
    return openIndex(file, (name) => (opened.aside = name));
  } catch (error) {
    throw new Error(messageOf(error), { cause: error });
  }
}

function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error
    ? String(error.message)
    : String(error);
}

type Answered<Name extends keyof Answers> = Answers[Name] | Promise<Answers[Name]>;

/** One at a time: each may hold a good part of what the thread has of memory. */
let forecasts: Promise<unknown> = Promise.resolve();

/** What the thread can be asked to do, each at once and whole but for a forecast, which lets others in between. */
const operations: { readonly [Name in keyof Answers]: (asked: Operation<Name>) => Answered<Name> } = {
  opened: () => opened,
  take: ({ batch }) => decisions.take(readBatch(batch)),
  query: ({ filter, limit, cursor }) => queryEvents(decisions, filter, limit, cursor),
  summary: ({ filter, buckets }) => summarize(decisions, filter, buckets),
  forecast({ filter, draft }) {
    const made = forecasts.then(() => forecast(decisions, filter, draft));
    forecasts = made.catch(() => undefined);
    return made;
  },
  rangeUse: ({ scope, fromMs }) => rangeUse(decisions, scope, fromMs),
  verify: ({ from }) => verifySome(index, from),
  prune({ nowMs }) {
    // First of all it makes room: on a full disk nothing else can be done.
    const more = pruneSome(index, retention, nowMs);
    if (!more) decisions.compactOld(nowMs);
    return more;
  },
  size: () => sizeOf(index),
  close: () => index.close(),
};

function perform<Name extends keyof Answers>(asked: Operation<Name>): Answered<Name> {
  return operations[asked.name](asked);
}

parentPort?.on('message', ({ id, operation }: Asked) => {
  const reply = (made: Reply): void => parentPort?.postMessage(made);
  const fail = (error: unknown): void => reply({ id, failed: messageOf(error) });
  try {
    const value = perform(operation);
    if (value instanceof Promise) value.then((known) => reply({ id, value: known }), fail);
    else reply({ id, value });
  } catch (error) {
    fail(error);
  }
});
