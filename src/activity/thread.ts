import { parentPort, workerData } from 'node:worker_threads';
import { openIndex, type Index } from './database.ts';
import type { Batch } from './event.ts';
import { createIngest } from './ingest.ts';
import { queryEvents } from './query.ts';
import type { Results, ThreadRequest, Operation, Reply, ThreadData } from './operations.ts';
import { pruneSome, bytesInUse } from './retention.ts';
import { rangeUse, summarize } from './summary.ts';
import { verifyChains } from './verify.ts';

const { file, retention } = workerData as ThreadData;
const index = open();
const ingest = createIngest(index);
const facts = {
  get: index.prepare('select value from facts where name = ?'),
  set: index.prepare('insert or replace into facts (name, value) values (?, ?)'),
};

/** SQLite's errors have a class of their own, which does not come through to the other thread. */
function open(): Index {
  try {
    return openIndex(file);
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
const operations: {
  readonly [Name in keyof Results]: (asked: Operation<Name>) => Results[Name];
} = {
  take({ batch, position }) {
    ingest.take(JSON.parse(batch) as Batch);
    if (position !== undefined) facts.set.run('position', position);
  },
  position: () => (facts.get.get('position') as { readonly value: string } | undefined)?.value ?? '',
  query: ({ filter, limit, cursor }) => queryEvents(index, filter, limit, cursor),
  summary: ({ filter, buckets }) => summarize(index, filter, buckets),
  rangeUse: ({ scope, fromMs }) => rangeUse(index, scope, fromMs),
  verify: () => verifyChains(index),
  prune: ({ nowMs }) => pruneSome(index, retention, nowMs),
  size: () => bytesInUse(index),
  close: () => index.close(),
};

function perform<Name extends keyof Results>(asked: Operation<Name>): Results[Name] {
  return operations[asked.name](asked);
}

parentPort?.on('message', (asked: ThreadRequest) => {
  const reply = (): Reply => {
    try {
      return { id: asked.id, value: perform(asked.operation) };
    } catch (error) {
      return { id: asked.id, failed: messageOf(error) };
    }
  };
  parentPort?.postMessage(reply());
});
