import { parentPort, workerData } from 'node:worker_threads';
import { openDecisions } from './decisions.ts';
import { readBatch } from './event.ts';
import type { Answers, Asked, Operation, Reply, ThreadData } from './operations.ts';
import { queryEvents } from './query.ts';
import { pruneSome, sizeOf } from './retention.ts';
import { rangeUse, summarize } from './summary.ts';
import { verifyEntries, verifySome } from './verify.ts';
import { digestsIn, headsIn, unattested } from './digest.ts';
import { keepEntry, rewind } from './entries.ts';
import { headAfter, linkBatch, START, type Head } from './link.ts';
import { openOwnIndex, type OwnIndex } from './own-index.ts';
import { seal } from './sealed.ts';

const { folder, isShared, retention } = workerData as ThreadData;
const { index, aside } = open();
const decisions = openDecisions(index);
let own: Head = START;

/** SQLite's errors have a class of their own, which does not come through to the other thread. */
function open(): OwnIndex {
  try {
    return openOwnIndex(folder, isShared, Date.now());
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
  opened: () => (aside === undefined ? {} : { aside }),
  take: ({ batch }) => decisions.take(readBatch(batch)),
  seal({ batch }) {
    const linked = linkBatch(readBatch(batch), own);
    for (const each of linked) own = headAfter(each);
    return linked.map((each) => ({ sealed: seal(each), events: each.lines.length }));
  },
  position: () => decisions.position().id,
  keep: ({ entry }) => keepEntry(decisions, entry, retention.retentionDays),
  rewind: () => rewind(decisions),
  query: ({ filter, limit, cursor }) => queryEvents(decisions, filter, limit, cursor),
  summary: ({ filter, buckets }) => summarize(decisions, filter, buckets),
  rangeUse: ({ scope, fromMs }) => rangeUse(decisions, scope, fromMs),
  verify: ({ from, digests }) => verifySome(index, from, digests),
  verifyEntries: (asked) => verifyEntries(index, asked),
  digests: () => digestsIn(index),
  heads: () => headsIn(index),
  unattested: () => unattested(index),
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
