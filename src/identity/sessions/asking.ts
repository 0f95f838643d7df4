import { readAnswer, type Said, type Tell } from './answer.ts';
import type { Caller } from './call.ts';
import type { CredentialKey } from './credential-key.ts';
import type { SessionKind } from './kind.ts';
import type { Entry, Memory } from './memory.ts';
import type { Bringer, Presented, SessionVerdict } from './presented.ts';
import { callFor } from './question.ts';
import type { Via } from '../../policy/principal.ts';
import type { StrangerLimit } from './stranger-limit.ts';

/** One kind of session at work. */
export interface Asking {
  readonly kind: SessionKind;
  /** Undefined where nothing is asked: the kind is good for `members: platform` only. */
  readonly caller: Caller | undefined;
  readonly memory: Memory;
  readonly keyOf: CredentialKey;
  readonly strangers: StrangerLimit;
  readonly flights: Map<string, Flight>;
  readonly counts: Counts;
  readonly clock: () => number;
  /** Told of each answer: why it said nothing, or undefined where it said something. */
  readonly heard: (failure: string | undefined) => void;
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

export function digestOf({ keyOf, kind }: Asking, presented: Presented): string {
  return keyOf(kind.name, presented.headers);
}

/** Where the visitor's Host goes along, what was said under one Host is nothing under another. */
export function placeOf({ kind }: Asking, digest: string, by: Bringer): string {
  return kind.options.check?.host === null ? `${digest} ${by.host ?? ''}` : digest;
}

/** At once where it is remembered; ahead of its time it is asked again without anybody waiting. */
export function identifySession(
  asking: Asking,
  presented: Presented,
  by: Bringer,
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
  if (entry.good !== undefined && ageMs > (entry.freshMs * 2) / 3)
    void ask(asking, presented, by, digest, entry);
  return entry.verdict;
}

/** What is remembered and still counts; nothing is asked. */
export function recallSession(asking: Asking, presented: Presented, by: Bringer): SessionVerdict | undefined {
  const digest = digestOf(asking, presented);
  const entry = asking.memory.recall(placeOf(asking, digest, by), digest);
  return entry !== undefined && asking.clock() - entry.askedMs < entry.freshMs ? entry.verdict : undefined;
}

/** One call for all who wait, unless the session has ended since that one was made. */
function ask(
  asking: Asking,
  presented: Presented,
  by: Bringer,
  digest: string,
  before: Entry | undefined,
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
  const answer = fly(asking, presented, by, tell).then((said) => {
    if (flights.get(place) === flight) flights.delete(place);
    if (said.kind !== 'nobody' && before?.good === undefined) strangers.giveBack(by.address ?? '');
    return memory.keep(place, digest, said, askedMs, before);
  });
  const flight: Flight = { askedMs, answer };
  flights.set(place, flight);
  return answer;
}

/** Never rejects: what goes wrong is an answer that says nothing. */
async function fly(asking: Asking, presented: Presented, by: Bringer, tell: Tell): Promise<Said> {
  const { kind, caller, counts } = asking;
  const host = kind.options.check?.host ?? by.host;
  const call = callFor(kind, presented, host);
  if (call === undefined || caller === undefined) return { kind: 'unknown', why: 'nothing is asked' };
  tell?.(`${kind.name}: ${call.method} ${call.origin}${call.path.split('?', 1)[0] ?? ''}`);
  const answer = await caller.call(call);
  const said = typeof answer === 'string' ? unknown(answer) : readSafely(asking, answer, presented, tell);
  counts[said.kind === 'known' ? 'signedIn' : said.kind === 'nobody' ? 'nobody' : 'failed'] += 1;
  asking.heard(said.kind === 'unknown' ? said.why : undefined);
  tell?.(`${kind.name}: ${verdictText(said)}${rememberedText(kind, said)}`);
  return said;
}

function readSafely(
  { kind }: Asking,
  answer: Parameters<typeof readAnswer>[1],
  presented: Presented,
  tell: Tell,
): Said {
  try {
    return readAnswer(kind, answer, viaOf(presented), tell);
  } catch {
    return unknown('its answer cannot be read');
  }
}

/** A header other than `Authorization` may be one that a proxy in front adds to whatever passes. */
function viaOf({ ambient, headers }: Presented): Via {
  if (ambient) return 'cookie';
  return headers.some((name, at) => at % 2 === 0 && name === 'authorization') ? 'bearer' : 'header';
}

const unknown = (why: string): Said => ({ kind: 'unknown', why });

function rememberedText({ options }: SessionKind, { kind }: Said): string {
  return kind === 'known' ? `; remembered for ${String(options.cacheSeconds)} s` : '';
}

function verdictText(said: Said | SessionVerdict): string {
  switch (said.kind) {
    case 'known':
      return `signed in${said.known.subject === undefined ? '' : ` as ${said.known.subject}`}`;
    case 'nobody':
      return 'not signed in';
    case 'ended':
      return 'not signed in: it ended in passing';
    case 'unknown':
      return `not known: ${said.why}`;
  }
}
