import { compileExpression, type Expression } from '../expression.ts';
import { createCache } from '../identity/cache.ts';
import type { StrangerLimit } from '../identity/sessions/stranger-limit.ts';
import { isBotId } from '../policy/resource.ts';
import type { Found, LookupOptions, Source, SourceAnswer } from './options.ts';

/** One lookup at work. */
export interface Lookup {
  /** At once where it is remembered. `address`: who asks; absent while unknown. */
  find(conversation: string, address: string | undefined): Found | Promise<Found>;
  readonly counts: LookupCounts;
  close(): Promise<void>;
}

export interface LookupCounts {
  hits: number;
  found: number;
  missing: number;
  failed: number;
  limited: number;
}

export interface LookupParts {
  readonly source: Source;
  readonly strangers: StrangerLimit;
  readonly maxEntries: number;
  /** Milliseconds of a clock that does not go back. */
  readonly clock: () => number;
  /** Called with each answer: why there is none, or undefined where there is one. */
  readonly noteFailure: (why: string | undefined) => void;
}

interface Remembered {
  readonly found: Found;
  readonly askedMs: number;
  readonly freshMs: number;
  /** Not asked again before: it failed. */
  readonly notBeforeMs?: number;
}

/** After a question that failed, so long none is put for the same conversation. */
const RETRY_MS = 1_000;
const limited: Found = { kind: 'unavailable', why: 'too many unknown conversations from this address' };

/** Remembers answers, puts one question for all who wait, and limits what one address may have looked up in vain. */
export function createLookup(options: LookupOptions, parts: LookupParts): Lookup {
  const { source, strangers, clock } = parts;
  const counts: LookupCounts = { hits: 0, found: 0, missing: 0, failed: 0, limited: 0 };
  const remembered = createCache<Remembered>(parts.maxEntries, Infinity);
  const running = new Map<string, Promise<Found>>();
  const put = createQuestion(options, parts, counts);
  const ask = (conversation: string, address: string): Promise<Found> | Found => {
    const same = running.get(conversation);
    if (same !== undefined) return same;
    if (!strangers.take(address)) {
      counts.limited += 1;
      return limited;
    }
    const flight = put(conversation, address).then((answer) => {
      running.delete(conversation);
      const before = remembered.get(conversation);
      // What is known counts for its whole time, though it cannot be asked again ahead of that.
      const stays = answer.found.kind === 'unavailable' && before !== undefined && isFresh(before, clock());
      const now = stays ? { ...before, notBeforeMs: clock() + RETRY_MS } : answer;
      remembered.set(conversation, now, 1);
      return now.found;
    });
    running.set(conversation, flight);
    return flight;
  };
  return {
    find(conversation, address = '') {
      const kept = remembered.get(conversation);
      const nowMs = clock();
      if (kept === undefined || !isFresh(kept, nowMs)) return ask(conversation, address);
      counts.hits += 1;
      // Ahead of its time, so that nobody waits for what is asked for again and again.
      if (kept.found.kind === 'found' && isAging(kept, nowMs)) void ask(conversation, address);
      return kept.found;
    },
    counts,
    close: () => source.close(),
  };
}

const isFresh = ({ askedMs, freshMs }: Remembered, nowMs: number): boolean => nowMs - askedMs < freshMs;
const isAging = ({ askedMs, freshMs, notBeforeMs = 0 }: Remembered, nowMs: number): boolean =>
  nowMs - askedMs > (freshMs * 2) / 3 && nowMs >= notBeforeMs;

/** Puts one question, and says for how long its answer counts. Never rejects. */
function createQuestion(
  options: LookupOptions,
  { source, strangers, clock, noteFailure }: LookupParts,
  counts: LookupCounts,
): (conversation: string, address: string) => Promise<Remembered> {
  const read = createReading(options);
  return async (conversation, address) => {
    const askedMs = clock();
    const found = read(await source.ask(conversation));
    noteFailure(found.kind === 'unavailable' ? found.why : undefined);
    counts[found.kind === 'unavailable' ? 'failed' : found.kind] += 1;
    if (found.kind !== 'missing') strangers.giveBack(address);
    switch (found.kind) {
      case 'found':
        return { found, askedMs, freshMs: options.cacheSeconds * 1000 };
      case 'missing':
        return { found, askedMs, freshMs: options.missSeconds * 1000 };
      case 'unavailable':
        // From its end: a slow one must not be followed by the next at once.
        return { found, askedMs: clock(), freshMs: RETRY_MS };
    }
  };
}

/** What an answer says, by the configured expressions. */
function createReading({ bot, contact, botNames }: LookupOptions): (answer: SourceAnswer) => Found {
  const botOf = compileExpression(bot, { exactNames: true });
  const contactOf = contact === null ? undefined : compileExpression(contact, { exactNames: true });
  return (answer) => {
    if (answer.kind !== 'value') return answer;
    // A bot id as it stands is one, whatever the expression.
    const text = typeof answer.value === 'string' ? answer.value : textOf(botOf, answer.value);
    if (text === undefined) return { kind: 'missing' };
    const id = Object.hasOwn(botNames, text) ? botNames[text] : text;
    if (id === undefined || !isBotId(id))
      return { kind: 'unavailable', why: 'what it gives for the bot cannot be a bot id' };
    const whose = contactOf && textOf(contactOf, answer.value);
    return { kind: 'found', bot: id, ...(whose !== undefined && { contact: whose }) };
  };
}

/** A text, or the digits of a whole number; undefined for nothing. */
function textOf(expression: Expression, value: unknown): string | undefined {
  const given = expression.evaluate(value);
  if (typeof given === 'number' && Number.isSafeInteger(given)) return String(given);
  return typeof given === 'string' && given !== '' ? given : undefined;
}
