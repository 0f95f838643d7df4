import { readAnswer, type SessionAnswer, type Tell } from './answer.ts';
import type { Caller } from './call.ts';
import type { CredentialKey } from './credential-key.ts';
import type { SessionKind } from './kind.ts';
import type { RememberedVerdict, Memory } from './memory.ts';
import type { Presenter, PresentedSession, SessionVerdict } from './presented.ts';
import { callFor } from './question.ts';
import type { Via } from '../../policy/principal.ts';
import type { StrangerLimit } from './stranger-limit.ts';

/** One kind of session at work. */
export interface SessionSource {
  readonly kind: SessionKind;
  /** Undefined where nothing is asked: the kind is good for `members: platform` only. */
  readonly caller: Caller | undefined;
  readonly memory: Memory;
  readonly keyOf: CredentialKey;
  readonly strangers: StrangerLimit;
  readonly flights: Map<string, Flight>;
  readonly counts: Counts;
  readonly clock: () => number;
  /** Called with each answer: why it could not be read, or undefined where it could. */
  readonly noteFailure: (failure: string | undefined) => void;
}

interface Flight {
  readonly askedMs: number;
  readonly answer: Promise<SessionVerdict>;
}

export interface Counts {
  hits: number;
  signedIn: number;
  nobody: number;
  failed: number;
  limited: number;
  ends: number;
}

export const noCounts = (): Counts => ({ hits: 0, signedIn: 0, nobody: 0, failed: 0, limited: 0, ends: 0 });

export function digestOf({ keyOf, kind }: SessionSource, presented: PresentedSession): string {
  return keyOf(kind.name, presented.headers);
}

/** Where the visitor's Host or address is sent with the check, an answer for one does not count for another. */
export function placeOf({ kind }: SessionSource, digest: string, by: Presenter): string {
  const { check } = kind.options;
  const place = check?.host === null ? `${digest} ${by.host ?? ''}` : digest;
  return check?.forwardedFor === true ? `${place} ${by.address ?? ''}` : place;
}

/** At once where it is remembered; ahead of its time it is asked again without anybody waiting. */
export function identifySession(
  asking: SessionSource,
  presented: PresentedSession,
  by: Presenter,
  tell?: Tell,
): SessionVerdict | Promise<SessionVerdict> {
  const { kind, memory, clock } = asking;
  const digest = digestOf(asking, presented);
  const entry = memory.recall(placeOf(asking, digest, by), digest);
  const ageMs = entry === undefined ? Infinity : clock() - entry.askedMs;
  if (entry === undefined || ageMs >= entry.freshMs) return ask(asking, presented, by, digest, entry, tell);
  asking.counts.hits += 1;
  tell?.(
    `${kind.name}: as the platform said ${String(Math.round(ageMs / 1000))} s ago, ${verdictText(entry.verdict)}`,
  );
  if (ageMs > entry.aheadMs) void ask(asking, presented, by, digest, entry);
  return entry.verdict;
}

/** What is remembered and still counts; nothing is asked. */
export function recallSession(
  asking: SessionSource,
  presented: PresentedSession,
  by: Presenter,
): SessionVerdict | undefined {
  const digest = digestOf(asking, presented);
  const entry = asking.memory.recall(placeOf(asking, digest, by), digest);
  return entry !== undefined && asking.clock() - entry.askedMs < entry.freshMs ? entry.verdict : undefined;
}

/** One call for all who wait, unless the session has ended since that one was made. */
function ask(
  asking: SessionSource,
  presented: PresentedSession,
  by: Presenter,
  digest: string,
  before: RememberedVerdict | undefined,
  tell?: Tell,
): SessionVerdict | Promise<SessionVerdict> {
  const { flights, strangers, counts, memory, clock } = asking;
  const place = placeOf(asking, digest, by);
  const running = flights.get(place);
  if (running !== undefined && memory.isCurrent(digest, running.askedMs)) return running.answer;
  // Whoever was somebody a moment ago is no stranger.
  if (before?.good === undefined && !strangers.take(by.address ?? '')) {
    counts.limited += 1;
    return { kind: 'unknown', why: 'too many unknown sessions came from this address' };
  }
  const askedMs = clock();
  const answer = fly(asking, presented, by, tell).then((result) => {
    if (flights.get(place) === flight) flights.delete(place);
    if (result.kind !== 'nobody' && before?.good === undefined) strangers.giveBack(by.address ?? '');
    return memory.keep(place, digest, result, askedMs, before);
  });
  const flight: Flight = { askedMs, answer };
  flights.set(place, flight);
  return answer;
}

/** Never rejects: what goes wrong is an answer that says nothing. */
async function fly(
  asking: SessionSource,
  presented: PresentedSession,
  by: Presenter,
  tell: Tell,
): Promise<SessionAnswer> {
  const { kind, caller, counts } = asking;
  const call = callFor(kind, presented, by);
  if (call === undefined || caller === undefined) return { kind: 'unknown', why: 'nothing is asked' };
  tell?.(`${kind.name}: ${call.method} ${call.origin}${call.path.split('?', 1)[0] ?? ''}`);
  const answer = await caller.call(call);
  const result = typeof answer === 'string' ? unknown(answer) : readSafely(asking, answer, presented, tell);
  counts[result.kind === 'known' ? 'signedIn' : result.kind === 'nobody' ? 'nobody' : 'failed'] += 1;
  asking.noteFailure(result.kind === 'unknown' ? result.why : undefined);
  tell?.(`${kind.name}: ${verdictText(result)}${rememberedText(kind, result)}`);
  return result;
}

function readSafely(
  { kind }: SessionSource,
  answer: Parameters<typeof readAnswer>[1],
  presented: PresentedSession,
  tell: Tell,
): SessionAnswer {
  try {
    return readAnswer(kind, answer, viaOf(presented), tell);
  } catch {
    return unknown('its answer cannot be read');
  }
}

/** A header other than `Authorization` may be one that a proxy in front adds to whatever passes. */
function viaOf({ ambient, headers }: PresentedSession): Via {
  if (ambient) return 'cookie';
  return headers.some((name, at) => at % 2 === 0 && name === 'authorization') ? 'bearer' : 'header';
}

const unknown = (why: string): SessionAnswer => ({ kind: 'unknown', why });

function rememberedText({ options }: SessionKind, { kind }: SessionAnswer): string {
  return kind === 'known' ? `; remembered for ${String(options.cacheSeconds)} s` : '';
}

function verdictText(result: SessionAnswer | SessionVerdict): string {
  switch (result.kind) {
    case 'known':
      return `signed in${result.known.subject === undefined ? '' : ` as ${result.known.subject}`}`;
    case 'nobody':
      return 'not signed in';
    case 'ended':
      return 'not signed in: it ended in passing';
    case 'unknown':
      return `not known: ${result.why}`;
  }
}
