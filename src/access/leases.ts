import { routeOf } from '../policy/resource.ts';
import { createAsking, createSweep, type Leased } from './ask-again.ts';
import { createHeldList, type Link } from './held.ts';
import type { Answer, Authorize, Question } from './question.ts';

declare const issued: unique symbol;

/**
 * Proof that this question was granted, and the life of that grant: from the decision to the last byte. Only
 * `Leases.open` makes one, and nothing goes to the upstream without.
 */
export interface Lease {
  readonly [issued]: true;
  /** The very bytes that were judged. */
  readonly question: Question;
  readonly answer: Answer;
  /** When it was granted, by `performance.now()`. */
  readonly sinceMs: number;
}

/**
 * Called once, when a grant ends before it was given back: by the answer that is given now, or without one where
 * none can be had (`internal-error`) or none is asked for (`closing`).
 */
export type EndLease = (now: Answer | undefined, why: string) => void;

/** Every grant that is in use, whatever its exchange waits for. */
export interface Leases {
  /** Undefined: the answer grants nothing. */
  open(question: Question, answer: Answer, end: EndLease): Lease | undefined;
  /** Gives one back: it is not asked about any more, and not ended. */
  release(lease: Lease): void;
  /** Asks about all of them again, unguarded ones too: what they were judged by was swapped. */
  reconsider(): void;
  /** Those of guarded requests. */
  readonly size: number;
  endAll(): void;
  close(): void;
}

export interface LeaseSources {
  readonly authorize: Authorize;
  /** What must hold beside the decision. */
  accepts(question: Question, answer: Answer): boolean;
  /** Tells of every new revision of the policy. */
  subscribe(listener: () => void): () => void;
}

interface Held extends Leased, Link<Held> {
  readonly end: EndLease;
}

/** Younger ones were just asked. */
const freshMs = 200;
const everyMs = 1_000;

/** True where an answer lets a request through: it forwards, or its mode only reports. */
export function letsThrough({ decision, enforced }: Answer): boolean {
  return decision.outcome === 'forward' || !enforced;
}

export function createLeases({ authorize, accepts, subscribe }: LeaseSources): Leases {
  const held = createHeldList<Held>();
  let guarded = 0;
  const release = (lease: Held): boolean => {
    if (!held.delete(lease)) return false;
    if (lease.guarded) guarded -= 1;
    return true;
  };
  const settle = (lease: Held, now: Answer | undefined): void => {
    if (now !== undefined && letsThrough(now) && accepts(lease.question, now) && readsAlike(lease, now))
      return;
    if (release(lease)) lease.end(now, now === undefined ? 'internal-error' : whyOf(now));
  };
  const ask = createAsking(authorize, settle);
  const sweeps = [createSweep(held, ask, false), createSweep(held, ask, true)];
  const sweep = (before: number, all: boolean): void => sweeps.forEach((one) => void one(before, all));
  const timer = setInterval(() => sweep(performance.now() - freshMs, false), everyMs).unref();
  const unsubscribe = subscribe(() => sweep(performance.now(), false));
  return {
    open(question, answer, end) {
      if (!letsThrough(answer) || !accepts(question, answer)) return undefined;
      const lease = newLease(question, answer, end);
      held.add(lease);
      if (lease.guarded) guarded += 1;
      return lease as Held & Lease;
    },
    release: (lease) => void release(lease as Held & Lease),
    reconsider: () => sweep(performance.now(), true),
    get size() {
      return guarded;
    },
    endAll() {
      for (const lease of [...held]) if (release(lease)) lease.end(undefined, 'closing');
    },
    close() {
      clearInterval(timer);
      unsubscribe();
    },
  };
}

/** A socket whose messages are not judged is not to go on where they have to be. */
function readsAlike({ answer }: Leased, now: Answer): boolean {
  return routeOf(answer.resource)?.frames === routeOf(now.resource)?.frames;
}

function newLease(question: Question, answer: Answer, end: EndLease): Held {
  const guarded = answer.resource.kind !== 'other';
  const sinceMs = performance.now();
  const asked = { asking: false, late: false, missed: false, slow: false };
  return {
    question,
    answer,
    sinceMs,
    end,
    guarded,
    ...asked,
    newer: undefined,
    older: undefined,
    isHeld: false,
  };
}

/** An answer that still forwards ended for what must hold beside it. */
function whyOf({ decision }: Answer): string {
  return decision.outcome === 'forward' ? 'origin-mismatch' : decision.reason;
}
