import { isBotId } from '../policy/resource.ts';
import type { Reading } from './closure.ts';
import { fitLetters } from './folding.ts';
import { trimEnds } from './trim.ts';

/** What some bytes make of a bot's id. */
export interface Bots {
  /** The bot that it names; empty where the id cannot be. */
  readonly bots: readonly string[];
  /** Bots that a careless conversion could make of an id that cannot be: they can contradict, never name. */
  readonly suspects: readonly string[];
}

export const NO_BOTS: readonly string[] = [];

/** The bot that these bytes name, and those that a careless upstream could make of bytes that name none. */
export function botsOf(bytes: string | undefined): Bots {
  if (bytes === undefined) return { bots: NO_BOTS, suspects: NO_BOTS };
  if (isBotId(bytes)) return { bots: [bytes], suspects: NO_BOTS };
  const suspects = [bytes, ...fitLetters(bytes)].flatMap((text) => {
    const bare = trimEnds(text, ' +', ' +');
    return [bare, bare.replace(/[ +?#;&,|\uffff].*$/s, '')];
  });
  return { bots: NO_BOTS, suspects: suspects.filter(isBotId) };
}

/** What says how an answer is shown, and never whose it is. */
const HARMLESS =
  /^(?:page|pagesize|per_page|limit|offset|sort|order|lang|locale|print|format|download|utm_[a-z]+)$/i;

/**
 * `1&bot=b`: a rewrite to `show.php?bot=$1&id=$2` gives the bot twice, and the second one counts. No program has a
 * parameter without a letter in its name, and what a query adds to a path is no member of it.
 */
export function withInjected(
  suspects: readonly string[],
  ids: { readonly contactId?: string; readonly conversationId?: string },
  { joined = false }: Reading,
): readonly string[] {
  const { contactId = '', conversationId = '' } = ids;
  if (joined || (!contactId.includes('&') && !conversationId.includes('&'))) return suspects;
  const values = new Set<string>();
  for (const [, key = '', value = ''] of `${contactId}&${conversationId}`.matchAll(MEMBER))
    if (/[A-Za-z0-9_\x80-\uffff]/.test(key) && !HARMLESS.test(key)) values.add(value);
  return [...suspects, ...[...values].flatMap((value) => Object.values(botsOf(value)).flat())];
}

const MEMBER = /[&;]([^&;=]*)=([^&;]*)/g;
