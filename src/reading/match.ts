import { isBotId } from '../policy/resource.ts';
import { botsOf, NO_BOTS, withInjected, type Bots } from './bot-ids.ts';
import { KEPT_SLASH, toCharacters } from './bytes.ts';
import type { Reading } from './closure.ts';
import { isEncoded } from './decoding.ts';
import { matchInner } from './inner-names.ts';
import { bareOf, isBlank, likeness } from './literal.ts';
import type { IdName, Route } from './route.ts';
import type { Template } from './template.ts';

/** What one route makes of one reading. Ids are texts; there is none where the reading cannot name one. */
export interface Match extends Bots {
  readonly route: Route;
  /** True where the path has the place of a bot id, and nothing there that could become one. */
  readonly namesNoBot: boolean;
  readonly contacts: readonly string[];
  readonly conversations: readonly string[];
  /** True where the path has the place of a conversation id. */
  readonly namesConversation: boolean;
  /** Of a link: what stands in the place of its key; `hasKey`, where there is something. */
  readonly keys: readonly string[];
  readonly hasKey: boolean;
}

/** The segments of a reading, without the empty ones at its end. */
export function segmentsOf(path: string): string[] {
  const segments = path.split('/');
  if (segments[0] === '') segments.shift();
  while (segments.length > 0 && segments.at(-1) === '') segments.pop();
  return segments;
}

/** The segments of which something is left where odd characters are stripped; undefined where that is all of them. */
export function unblanked(segments: readonly string[]): string[] | undefined {
  return segments.some(isBlank)
    ? segments.filter((segment) => segment !== '' && !isBlank(segment))
    : undefined;
}

/** Ids as they stand in the path, each a place of its own. */
type Ids = { readonly [name in IdName]?: string } & { readonly key?: string | undefined };

/** What one way to fill a route's path makes of a reading; undefined where it does not guard it. */
export function matchTemplate(
  route: Route,
  template: Template,
  segments: readonly string[],
  reading: Reading,
  stripped: boolean,
): Match | undefined {
  const { length } = template.segments;
  if (!isLongEnough(template, segments)) return undefined;
  const walk: Walk = {
    ids: {},
    bare: stripped,
    takesBelow: template.tail !== undefined,
    keyName: route.link?.name,
  };
  for (let at = 0; at < length; at++) if (!step(walk, template, segments[at] ?? '', at)) return undefined;
  if (route.exact && segments.length > length && !walk.takesBelow) return undefined;
  const { ids, bare } = walk;
  if (template.tail !== undefined && template.tail === walk.keyName)
    ids.key = segments.slice(length).join('/');
  const match = named(route, template, withTail(ids, template, segments), reading, bare);
  const { botId } = ids;
  const endsPath =
    botId !== undefined && segments.length === length && segments[length - 1]?.endsWith(botId) === true;
  return endsPath ? withFormat(match) : match;
}

function isLongEnough({ segments: { length }, tail }: Template, segments: readonly string[]): boolean {
  return segments.length > length || (segments.length === length && tail === undefined);
}

/** What was found on the way along a path. */
interface Walk {
  readonly ids: { [name in IdName]?: string } & { key?: string };
  /** True where some literal is met only without the characters that some platforms strip. */
  bare: boolean;
  /** True where an exact route takes what stands below too. */
  takesBelow: boolean;
  /** Where the key of a link stands. */
  readonly keyName: string | undefined;
}

/** One segment further; false where it is not the template's. */
function step(walk: Walk, { segments, lastLiteral }: Template, segment: string, at: number): boolean {
  const part = segments[at];
  if (part === undefined) return false;
  if (part.kind === 'parameter') {
    take(walk, part.name, segment);
    return true;
  }
  if (part.kind === 'inner') {
    const inner = matchInner(part.inner, segment);
    if (inner === undefined) return false;
    for (const [name, id] of Object.entries(inner.ids)) take(walk, name, id);
    walk.bare ||= inner.bare;
    walk.takesBelow ||= part.inner.wild;
    return true;
  }
  const like = likeness(segment, part, at === lastLiteral);
  if (like === 'bare') walk.bare = true;
  // A program serves whatever stands behind its name.
  if (like === 'script' && at === segments.length - 1) walk.takesBelow = true;
  return like !== 'none';
}

function take(walk: Walk, name: string, text: string): void {
  if (name in ID_NAMES) walk.ids[name as IdName] = text;
  if (name === walk.keyName) walk.ids.key = text;
}

/** A conversation id that may hold slashes: all that is left of the path. */
function withTail(ids: Ids, template: Template, segments: readonly string[]): Ids {
  const below = segments.slice(template.segments.length);
  if (template.tail === 'conversationId') return { ...ids, conversationId: below.join('/') };
  const last = template.segments.at(-1);
  const endsWild = last?.kind === 'inner' && last.inner.wild && last.inner.names.at(-1) === 'conversationId';
  return endsWild ? { ...ids, conversationId: [ids.conversationId ?? '', ...below].join('/') } : ids;
}

const FORMAT = /\.(?:json|html?|xml|txt|csv|pdf|js|php|aspx?|jsp|do|action)$/i;

/** A bot id that ends a path like a format does could be taken for the bot without it. */
function withFormat(match: Match): Match {
  if (!match.bots.some((bot) => FORMAT.test(bot))) return match;
  const without = match.bots.map((bot) => bot.replace(FORMAT, ''));
  return { ...match, suspects: [...match.suspects, ...without.filter(isBotId)] };
}

const ID_NAMES: { readonly [name in IdName]: true } = { botId: true, contactId: true, conversationId: true };

function named(route: Route, template: Template, ids: Ids, reading: Reading, bare: boolean): Match {
  const { bots, suspects } =
    route.bot === undefined ? botsOf(ids.botId) : { bots: [route.bot], suspects: NO_BOTS };
  const stripped = bare && ids.botId !== undefined ? [bareOf(ids.botId)].filter(isBotId) : NO_BOTS;
  return {
    route,
    bots,
    suspects: withInjected(stripped.length > 0 ? [...suspects, ...stripped] : suspects, ids, reading),
    namesNoBot: ids.botId !== undefined && bots.length === 0 && suspects.length === 0,
    contacts: idsOf(ids.contactId, reading, bare),
    conversations: idsOf(ids.conversationId, reading, bare),
    namesConversation: template.names.includes('conversationId'),
    keys: idsOf(ids.key, reading, bare),
    hasKey: ids.key !== undefined && ids.key !== '',
  };
}

/** An id as it stands, and as what strips odd characters from literals would have it. */
function idsOf(bytes: string | undefined, reading: Reading, bare: boolean): readonly string[] {
  const id = idOf(bytes, reading);
  if (id === undefined) return NO_BOTS;
  const stripped = bare ? bareOf(id) : id;
  return stripped === id ? [id] : [id, stripped];
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

/** True if the open route says so of this reading to the letter: what is open is never guessed. */
export function matchesOpen(route: Pick<Route, 'templates' | 'exact'>, segments: readonly string[]): boolean {
  return route.templates.some((template) => {
    const { length } = template.segments;
    if (!isLongEnough(template, segments)) return false;
    if (route.exact && template.tail === undefined && segments.length > length) return false;
    return template.segments.every((part, at) => {
      const segment = segments[at] ?? '';
      if (part.kind === 'literal') return segment === part.text;
      return part.kind === 'parameter' ? segment !== '' : matchInner(part.inner, segment)?.bare === false;
    });
  });
}
