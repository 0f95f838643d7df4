import type { Known } from '../../policy/principal.ts';
import { createCache } from '../cache.ts';
import type { SessionAnswer } from './answer.ts';
import type { SessionKind } from './kind.ts';
import type { SessionVerdict } from './presented.ts';

/** A person, and until when that holds without a newer answer. */
export interface Good {
  readonly known: Known;
  readonly untilMs: number;
}

export interface RememberedVerdict {
  readonly verdict: SessionVerdict;
  /** When the question was put that it answers. */
  readonly askedMs: number;
  readonly freshMs: number;
  /** From then on it is asked again ahead of its end, while nobody waits. */
  readonly aheadMs: number;
  /** The last good answer, for the time in which no new one can be had. */
  readonly good: Good | undefined;
}

/** The platform's answers about the sessions of one kind. Times are of a clock that does not go back. */
export interface Memory {
  /** What is remembered under a place, unless the session has ended or changed since it was asked. */
  recall(place: string, digest: string): RememberedVerdict | undefined;
  /** Remembers an answer to a question put at `askedMs`, unless the session has ended or changed meanwhile. */
  keep(
    place: string,
    digest: string,
    answer: SessionAnswer,
    askedMs: number,
    before: RememberedVerdict | undefined,
  ): SessionVerdict;
  /** False for what was asked before the last end or change. */
  isCurrent(digest: string, askedMs: number): boolean;
  /** Forgets every answer about a credential; `ended`: and notes that it was ended. */
  forget(digest: string, ended: boolean): void;
  endedForMs(digest: string): number | undefined;
  size(): number;
}

/** Not signed in is remembered this long at first, and longer each time that nothing has changed. */
const NOBODY_MS = 2_000;
const NOBODY_MOST_MS = 16_000;
/** After a call that failed, so long none is made for the same credential. */
const RETRY_MS = 1_000;
const MAX_WEIGHT = 32 * 1024 * 1024;
const ENTRY_WEIGHT = 400;
/** How long the end of a session is the reason that is given. */
const ENDED_MS = 3_600_000;

interface KnownEnd {
  readonly atMs: number;
  readonly endedMs: number | undefined;
}

export function createMemory(kind: SessionKind, maxEntries: number, clock: () => number): Memory {
  const cache = createCache<RememberedVerdict>(maxEntries, MAX_WEIGHT);
  const ends = createCache<KnownEnd>(Math.max(10_000, maxEntries), Infinity);
  const isCurrent = (digest: string, askedMs: number): boolean =>
    askedMs > (ends.get(digest)?.atMs ?? -Infinity);
  const endedForMs = (digest: string): number | undefined => {
    const ended = ends.get(digest)?.endedMs;
    return ended === undefined || clock() - ended > ENDED_MS ? undefined : clock() - ended;
  };
  return {
    isCurrent,
    endedForMs,
    recall(place, digest) {
      const entry = cache.get(place);
      return entry !== undefined && isCurrent(digest, entry.askedMs) ? entry : undefined;
    },
    keep(place, digest, answer, askedMs, before) {
      const made = entryOf(
        { kind, digest, clock, before, ended: endedForMs(digest) !== undefined },
        answer,
        askedMs,
      );
      if (isCurrent(digest, askedMs)) cache.set(place, made, ENTRY_WEIGHT + weightOf(made.verdict));
      return made.verdict;
    },
    forget(digest, ended) {
      const atMs = clock();
      ends.set(digest, { atMs, endedMs: ended ? atMs : ends.get(digest)?.endedMs }, 1);
    },
    size: () => cache.size(),
  };
}

interface Making {
  readonly kind: SessionKind;
  readonly digest: string;
  readonly clock: () => number;
  readonly before: RememberedVerdict | undefined;
  readonly ended: boolean;
}

function entryOf(making: Making, answer: SessionAnswer, askedMs: number): RememberedVerdict {
  switch (answer.kind) {
    case 'known':
      return goodEntry(making, answer, askedMs);
    case 'nobody': {
      const { before, kind } = making;
      const isStill = before?.verdict.kind === 'nobody';
      const nextMs = isStill ? Math.min(2 * before.freshMs, NOBODY_MOST_MS) : NOBODY_MS;
      const freshMs = Math.min(nextMs, kind.options.cacheSeconds * 1000);
      const verdict = { kind: making.ended ? 'ended' : 'nobody' } as const;
      return { verdict, askedMs, freshMs, aheadMs: Infinity, good: undefined };
    }
    case 'unknown': {
      const good = making.before?.good;
      // From now, not from when it was asked: a slow failure must not be followed by the next one at once.
      const nowMs = making.clock();
      const leftMs = good === undefined ? 0 : good.untilMs - nowMs;
      if (good === undefined || leftMs <= 0)
        return { verdict: answer, askedMs: nowMs, freshMs: RETRY_MS, aheadMs: Infinity, good: undefined };
      const verdict = { kind: 'known', known: good.known } as const;
      return { verdict, askedMs: nowMs, freshMs: leftMs, aheadMs: RETRY_MS, good };
    }
  }
}

function goodEntry(
  { kind, digest }: Making,
  answer: SessionAnswer & { kind: 'known' },
  askedMs: number,
): RememberedVerdict {
  const { cacheSeconds, graceSeconds } = kind.options;
  const leftMs = answer.untilMs - kind.now();
  const freshMs = Math.min(cacheSeconds * 1000, leftMs);
  const lastsMs = Math.min((cacheSeconds + graceSeconds) * 1000, leftMs);
  const subject = answer.known.subject ?? `${kind.name}-${digest.slice(0, 12)}`;
  const known: Known = { ...answer.known, subject, expiresAtMs: kind.now() + lastsMs };
  const good: Good = { known, untilMs: askedMs + lastsMs };
  return { verdict: { kind: 'known', known }, askedMs, freshMs, aheadMs: (freshMs * 2) / 3, good };
}

function weightOf(verdict: SessionVerdict): number {
  if (verdict.kind !== 'known') return 0;
  const { member, contact } = verdict.known;
  const bots = member === undefined || member.bots === 'all' ? 0 : member.bots.size;
  return 128 * (bots + (contact?.conversations.size ?? 0));
}
