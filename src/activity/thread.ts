import { parentPort, workerData } from 'node:worker_threads';
import { openIndex, type Index } from './database.ts';
import { openDecisions } from './decisions.ts';
import { readBatch } from './event.ts';
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

/** What the thread can be asked to do, each at once and whole. */
const operations: { readonly [Name in keyof Answers]: (asked: Operation<Name>) => Answers[Name] } = {
  opened: () => opened,
  take: ({ batch }) => decisions.take(readBatch(batch)),
  query: ({ filter, limit, cursor }) => queryEvents(decisions, filter, limit, cursor),
  summary: ({ filter, buckets }) => summarize(decisions, filter, buckets),
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

function perform<Name extends keyof Answers>(asked: Operation<Name>): Answers[Name] {
  return operations[asked.name](asked);
}

parentPort?.on('message', (asked: Asked) => {
  const reply = (): Reply => {
    try {
      return { id: asked.id, value: perform(asked.operation) };
    } catch (error) {
      return { id: asked.id, failed: messageOf(error) };
    }
  };
  parentPort?.postMessage(reply());
});
