import type { Resource, RouteFacts } from '../policy/resource.ts';
import { botsOf, idOf, type Match } from './match.ts';
import { candidatesOf, nothingNamed, type Named } from './named.ts';
import {
  occurrencesOf,
  readMembers,
  valuesOf,
  type Members,
  type Occurrences,
  type Value,
} from './query-readings.ts';
import type { IdName, Route } from './route.ts';
import type { Readable } from './target-form.ts';

/** What a target with guarded readings asks for: each element has the matches of one reading, first listed first. */
export function judge(guarded: readonly (readonly Match[])[], form: Readable, formBody: boolean): Resource {
  const plain = plainTranscript(guarded, form);
  if (plain !== undefined) return plain;
  const routes = [...new Set(guarded.flatMap((matches) => matches.map(({ route }) => route)))];
  const route = factsOf(guarded);
  const named = nothingNamed();
  for (const matches of guarded) for (const match of matches) addMatch(named, match);
  const members = readMembers(form.query ?? '', matrixOf(form.path));
  for (const one of routes) addMembers(named, one, members);
  if (formBody && routes.some(({ namesQuery }) => namesQuery)) {
    named.anyBot = true;
    named.ambiguous ??= 'A form body could name the bot as well as the query.';
  }
  const why = contradiction(named, guarded, routes);
  if (why !== undefined) return { kind: 'ambiguous', why, route, ...candidatesOf(named) };
  const [bot] = named.bots;
  const [contact] = named.contacts;
  if (named.unresolved !== undefined)
    return { kind: 'unresolved', why: named.unresolved, route, ...candidatesOf(named) };
  if (bot === undefined)
    return { kind: 'unresolved', why: 'No reading of it names a bot id that can be.', route };
  const namesContact = routes.some((one) => one.namesContact);
  if (namesContact && (contact === undefined || contact === '')) {
    return {
      kind: 'unresolved',
      why: 'It names no contact where its route has one.',
      route,
      ...candidatesOf(named),
    };
  }
  return {
    kind: 'transcript',
    bot,
    ...(namesContact && contact !== undefined ? { contact } : {}),
    conversations: conversationsOf(named, guarded),
    route,
  };
}

/** The one case that nearly all requests are: one reading of one route that names all in its path. */
function plainTranscript(guarded: readonly (readonly Match[])[], form: Readable): Resource | undefined {
  const match = guarded.length === 1 && guarded[0]?.length === 1 ? guarded[0][0] : undefined;
  if (match === undefined || form.query !== undefined || matrixOf(form.path) !== '') return undefined;
  const { route, conversation, suspects } = match;
  const [bot] = match.bots;
  if (bot === undefined || suspects.length > 0 || route.namesContact || route.namesQuery) return undefined;
  return {
    kind: 'transcript',
    bot,
    conversations: conversation === undefined ? [] : [conversation],
    route: route.facts,
  };
}

/**
 * Where one reading's route names no conversation, no conversation proves that the visitor may see all of it;
 * where one is named that nobody can read, it is nobody's.
 */
function conversationsOf(
  { conversations }: Named,
  guarded: readonly (readonly Match[])[],
): readonly string[] {
  const allNameOne = guarded.every((matches) => matches.some(({ route }) => route.namesConversation));
  if (!allNameOne) return [];
  return conversations.size === 0 ? [''] : [...conversations];
}

/** First listed; an address opens it only where it opens every reading's route. */
function factsOf(guarded: readonly (readonly Match[])[]): RouteFacts {
  let first: Route | undefined;
  let whitelist = true;
  for (const [best] of guarded) {
    if (best === undefined) continue;
    whitelist &&= best.route.facts.whitelist;
    if (first === undefined || best.route.index < first.index) first = best.route;
  }
  return first !== undefined && first.facts.whitelist === whitelist
    ? first.facts
    : { path: first?.facts.path ?? '', whitelist };
}

function addMatch(named: Named, match: Match): void {
  for (const bot of match.bots) named.bots.add(bot);
  for (const bot of match.suspects) named.suspects.add(bot);
  // A reading whose bot cannot be is nobody's transcript, so neither is what else it names.
  if (match.namesNoBot) return;
  addId(named.contacts, match.contact);
  addId(named.conversations, match.conversation);
}

/** The path from its first `;` or `&` on, or its first encoded `?`, `;` or `&`. */
function matrixOf(path: string): string {
  const at = path.search(/[;&]|%(?:25)*(?:u00)?(?:3[bf]|26)/i);
  return at < 0 ? '' : path.slice(at);
}

const IDS: readonly IdName[] = ['botId', 'contactId', 'conversationId'];

/** What the query says of each id: the ids themselves, or a second opinion on those in the path. */
function addMembers(named: Named, route: Route, members: Members): void {
  for (const id of IDS) {
    const name = route.query[id];
    const found = name === undefined ? ONCE : occurrencesOf(members, name);
    if (members.readings === undefined || found === undefined) {
      named.ambiguous = 'The query has too many readings.';
      named.anyBot = true;
      return;
    }
    const values = valuesOf(members.readings, name ?? id);
    if (id === 'botId' && (found.spellings > 1 || found.times > 1)) {
      addBots({ bots: named.repeated, suspects: named.repeated }, values);
    }
    if (id === 'conversationId') addConversations(named, route, values);
    else if (found.spellings > 1) {
      named.ambiguous ??= `The query parameter of ${id} is there in two spellings.`;
    } else if (found.times > 1) {
      // One key twice names nothing: what it holds is no contradiction to anything.
      named.unresolved ??= `The query parameter of ${id} is there twice.`;
    } else if (id === 'botId') addBots(named, values);
    else addContacts(named, route, values);
  }
}

const ONCE: Occurrences = { spellings: 1, times: 1 };

function addBots(named: Pick<Named, 'bots' | 'suspects'>, values: readonly Value[]): void {
  for (const { text } of values) {
    const { bots, suspects } = botsOf(text);
    for (const bot of bots) named.bots.add(bot);
    for (const bot of suspects) named.suspects.add(bot);
  }
}

function addContacts(named: Named, route: Route, values: readonly Value[]): void {
  if (!route.namesContact) return;
  for (const { text, reading } of values) addId(named.contacts, idOf(text, reading));
}

function addConversations(named: Named, route: Route, values: readonly Value[]): void {
  if (!route.namesConversation) return;
  for (const { text, reading } of values) addId(named.conversations, idOf(text, reading));
}

function addId(ids: Set<string>, id: string | undefined): void {
  if (id !== undefined) ids.add(id);
}

function contradiction(
  { bots, suspects, contacts, ambiguous }: Named,
  guarded: readonly (readonly Match[])[],
  routes: readonly Route[],
): string | undefined {
  if (ambiguous !== undefined) return ambiguous;
  if (bots.size > 1) return 'Its readings name two bots.';
  if (bots.size === 1 && [...suspects].some((bot) => !bots.has(bot)))
    return 'Its readings could name two bots.';
  const contactRoutes = routes.filter(({ namesContact }) => namesContact);
  if (contactRoutes.length > 0 && contactRoutes.length < routes.length) {
    return "Its readings are of a contact's route and of another.";
  }
  if (contacts.size > 1) return 'Its readings name two contacts.';
  const naming = guarded.filter((matches) => matches.some(({ route }) => route.namesConversation));
  if (contactRoutes.length > 0 && naming.length > 0 && naming.length < guarded.length) {
    return "Its readings are of a contact's one conversation and of more.";
  }
  return undefined;
}
