import { isBotId } from '../policy/resource.ts';
import { KEPT_SLASH, toCharacters } from './bytes.ts';
import type { Reading } from './closure.ts';
import { isEncoded } from './decoding.ts';
import { fitLetters } from './folding.ts';
import { likeness } from './literal.ts';
import { trimEnds } from './trim.ts';
import type { IdName, Route } from './route.ts';

/** What one route makes of one reading. Ids are texts; an id is absent where the reading cannot name one. */
export interface Match {
  readonly route: Route;
  /** The bot that it names; empty where its id cannot be. */
  readonly bots: readonly string[];
  /** Bots that a careless conversion could make of an id that cannot be: they can contradict, never name. */
  readonly suspects: readonly string[];
  /** True where the path has the place of a bot id, and nothing there that could become one. */
  readonly namesNoBot: boolean;
  readonly contact?: string;
  readonly conversation?: string;
}

/** The segments of a reading, without the empty ones at its end. */
export function segmentsOf(path: string): string[] {
  const segments = path.split('/');
  if (segments[0] === '') segments.shift();
  while (segments.length > 0 && segments.at(-1) === '') segments.pop();
  return segments;
}

/** The route's match of a reading; undefined where it does not guard it. */
export function matchGuarded(route: Route, segments: readonly string[], reading: Reading): Match | undefined {
  const { length } = route.segments;
  if (segments.length < length) return undefined;
  let isScript = false;
  const ids: { [name in IdName]?: string } = {};
  for (let at = 0; at < length; at++) {
    const part = route.segments[at];
    const segment = segments[at] ?? '';
    if (part === undefined) return undefined;
    if (part.kind === 'parameter') {
      if (part.name in ID_NAMES) ids[part.name as IdName] = segment;
      continue;
    }
    const like = likeness(segment, part.folded, at === route.lastLiteral);
    if (like === 'none') return undefined;
    isScript = like === 'script' && at === length - 1;
  }
  // A program serves whatever stands behind its name.
  if (route.exact && segments.length > length && !isScript) return undefined;
  const match = named(route, ids, reading);
  const isLast = route.segments[length - 1]?.kind === 'parameter' && segments.length === length;
  return isLast && ids.botId !== undefined && ids.botId === segments[length - 1] ? withFormat(match) : match;
}

const FORMAT = /\.(?:json|html?|xml|txt|csv|pdf|js|php|aspx?|jsp|do|action)$/i;

/** A bot id that ends a path like a format does could be taken for the bot without it. */
function withFormat(match: Match): Match {
  const bare = match.bots.map((bot) => bot.replace(FORMAT, ''));
  return { ...match, suspects: [...match.suspects, ...bare.filter(isBotId)] };
}

const ID_NAMES: { readonly [name in IdName]: true } = { botId: true, contactId: true, conversationId: true };

function named(route: Route, ids: { readonly [name in IdName]?: string }, reading: Reading): Match {
  const { bots, suspects } =
    route.bot === undefined ? botsOf(ids.botId) : { bots: [route.bot], suspects: NO_BOTS };
  const contact = idOf(ids.contactId, reading);
  const conversation = idOf(ids.conversationId, reading);
  return {
    route,
    bots,
    suspects: withInjected(suspects, ids),
    namesNoBot: ids.botId !== undefined && bots.length === 0 && suspects.length === 0,
    ...(contact !== undefined && { contact }),
    ...(conversation !== undefined && { conversation }),
  };
}

/** `1&bot=b`: a rewrite to `show.php?bot=$1&id=$2` gives the bot twice, and the second one counts. */
function withInjected(
  suspects: readonly string[],
  { contactId = '', conversationId = '' }: { readonly [name in IdName]?: string },
): readonly string[] {
  if (!contactId.includes('&') && !conversationId.includes('&')) return suspects;
  const values = [...`${contactId}&${conversationId}`.matchAll(/&[^&=]*=([^&]*)/g)].map(([, value]) => value);
  return [...suspects, ...values.flatMap((value) => Object.values(botsOf(value)).flat())];
}

/** `;name=value` is a parameter of a segment, no part of an id. */
const PARAMETER = /;(?:[\w.-]+=.*)?$/s;
const CONTROL = /[\x00-\x1f\x7f]/;

/**
 * An id as text; undefined where the bytes are none. Before any decoding an encoded one is not an id yet, since
 * every upstream decodes it once; one with control characters is an id only in the readings without them.
 */
export function idOf(bytes: string | undefined, { depth }: Reading): string | undefined {
  if (bytes === undefined || (depth === 0 && isEncoded(bytes)) || CONTROL.test(bytes)) return undefined;
  const id = bytes.includes(';') ? bytes.replace(PARAMETER, '') : bytes;
  return toCharacters(id).replaceAll(KEPT_SLASH, '/');
}

const NO_BOTS: readonly string[] = [];

/** The bot that these bytes name, and those that a careless upstream could make of bytes that name none. */
export function botsOf(bytes: string | undefined): Pick<Match, 'bots' | 'suspects'> {
  if (bytes === undefined) return { bots: NO_BOTS, suspects: NO_BOTS };
  if (isBotId(bytes)) return { bots: [bytes], suspects: NO_BOTS };
  const suspects = [bytes, ...fitLetters(bytes)].flatMap((text) => {
    const bare = trimEnds(text, ' +', ' +');
    return [bare, bare.replace(/[ +?#;&,|\uffff].*$/s, '')];
  });
  return { bots: NO_BOTS, suspects: suspects.filter(isBotId) };
}

/** True if the open route says so of this reading to the letter: what is open is never guessed. */
export function matchesOpen(route: Route, segments: readonly string[]): boolean {
  if (segments.length < route.segments.length) return false;
  if (route.exact && segments.length > route.segments.length) return false;
  return route.segments.every((part, at) =>
    part.kind === 'parameter' ? segments[at] !== '' : segments[at] === part.text,
  );
}
