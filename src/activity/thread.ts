import { readlinkSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { openDecisions } from './decisions.ts';
import { readBatch } from './event.ts';
import { createForecasts } from './forecasts.ts';
import type { Answers, Asked, Operation, Reply, ThreadData } from './operations.ts';
import { queryEvents } from './query.ts';
import { readingsIn } from './readings.ts';
import { findRefusals } from './refusals.ts';
import { pruneSome, sizeOf } from './retention.ts';
import { rangeUse, summarize } from './summary.ts';
import { verifyEntries, verifySome } from './verify.ts';
import { digestsIn, headsIn, unattested } from './digest.ts';
import { keepEntries, rewind } from './entries.ts';
import { headAfter, linkBatch, START, type Head } from './link.ts';
import { openOwnIndex, type OwnIndex } from './own-index.ts';
import { seal } from './sealed.ts';

/**
 * So much nicer than the requests' thread, it gets a sixth of what that one gets where both want all of a processor:
 * twice of what the record of as many requests needs as one processor can serve.
 */
const nicer = 8;

giveWay();
const { folder, isShared, retention } = workerData as ThreadData;
const { index, aside } = open();
const decisions = openDecisions(index);
let own: Head = START;

/**
 * Where one processor is all there is, visitors go before the record. On Linux the priority of a thread is its own
 * (setpriority(2), "C library/kernel differences"), and /proc/thread-self names it; elsewhere it would be the process's.
 */
function giveWay(): void {
  if (process.platform !== 'linux') return;
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    setPriority(thread, Math.min(constants.priority.PRIORITY_LOW, getPriority(thread) + nicer));
  } catch {
    // A system that hides it, or forbids it: then all are alike.
  }
}

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

const forecasts = createForecasts(decisions);

/** What the thread can be asked to do. */
const operations: { readonly [Name in keyof Answers]: (asked: Operation<Name>) => Answers[Name] } = {
  opened: () => (aside === undefined ? {} : { aside }),
  take: ({ batch }) => decisions.take(readBatch(batch)),
  seal({ batch }) {
    const linked = linkBatch(readBatch(batch), own);
    for (const each of linked) own = headAfter(each);
    return linked.map((each) => ({ sealed: seal(each), events: each.lines.length }));
  },
  position: () => decisions.position().id,
  keep: ({ entries }) => keepEntries(decisions, entries, retention.retentionDays),
  rewind: () => rewind(decisions),
  query: ({ filter, limit, cursor }) => queryEvents(decisions, filter, limit, cursor),
  summary: ({ filter, buckets }) => summarize(decisions, filter, buckets),
  forecastBegin: forecasts.begin,
  forecastOn: forecasts.goOn,
  forecastEnd: forecasts.end,
  readings: (asked) => readingsIn(index, asked),
  rangeUse: ({ scope, fromMs }) => rangeUse(decisions, scope, fromMs),
  refusals: ({ filter, most }) => findRefusals(decisions, filter, most),
  verify: ({ from, digests }) => verifySome(index, from, digests),
  verifyEntries: (asked) => verifyEntries(index, asked),
  digests: () => digestsIn(index),
  heads: () => headsIn(index),
  unattested: () => unattested(index),
  prune({ nowMs }) {
    // First of all it makes room: on a full disk nothing else can be done.
    const more = pruneSome(index, retention, nowMs);
    if (more) return true;
    decisions.compactOld(nowMs);
    return decisions.makeRun();
  },
  size: () => sizeOf(index),
  close: () => index.close(),
};

function perform<Name extends keyof Answers>(asked: Operation<Name>): Answers[Name] {
  return operations[asked.name](asked);
}

parentPort?.on('message', ({ id, operation }: Asked) => {
  const reply = (made: Reply): void => parentPort?.postMessage(made);
  try {
    reply({ id, value: perform(operation) });
  } catch (error) {
    reply({ id, failed: messageOf(error) });
  }
});
