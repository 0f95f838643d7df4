import type { Resource, RouteFacts } from '../policy/resource.ts';
import { botsOf, idOf, type Match } from './match.ts';
import { readParameter, type Parameter } from './query-readings.ts';
import type { IdName, Route } from './route.ts';
import type { Readable } from './target-form.ts';

/** Everything that the guarded readings of one target name. */
interface Named {
  readonly bots: Set<string>;
  readonly suspects: Set<string>;
  readonly contacts: Set<string>;
  readonly conversations: Set<string>;
  /** One sentence, where it could mean two things. */
  ambiguous?: string;
  /** One sentence, where a key stands there twice. */
  unresolved?: string;
}

/** What a target with guarded readings asks for: each element has the matches of one reading, first listed first. */
export function judge(guarded: readonly (readonly Match[])[], form: Readable, formBody: boolean): Resource {
  const routes = [...new Set(guarded.flatMap((matches) => matches.map(({ route }) => route)))];
  const route = factsOf(guarded);
  const named: Named = {
    bots: new Set(),
    suspects: new Set(),
    contacts: new Set(),
    conversations: new Set(),
  };
  for (const matches of guarded) for (const match of matches) addMatch(named, match);
  const matrix = matrixOf(form.path);
  for (const one of routes) addQuery(named, one, form.query ?? '', matrix);
  const why = contradiction(named, guarded, routes, formBody);
  if (why !== undefined) return { kind: 'ambiguous', why, route };
  const [bot] = named.bots;
  const [contact] = named.contacts;
  if (named.unresolved !== undefined) return { kind: 'unresolved', why: named.unresolved, route };
  if (bot === undefined)
    return { kind: 'unresolved', why: 'No reading of it names a bot id that can be.', route };
  const namesContact = routes.some((one) => one.namesContact);
  if (namesContact && (contact === undefined || contact === '')) {
    return { kind: 'unresolved', why: 'It names no contact where its route has one.', route };
  }
  // Where one reading names no conversation, no conversation proves that the visitor may see all of it.
  const allNameOne = guarded.every((matches) => matches.some((match) => match.route.namesConversation));
  return {
    kind: 'transcript',
    bot,
    ...(namesContact && contact !== undefined ? { contact } : {}),
    conversations: allNameOne ? [...named.conversations] : [],
    route,
  };
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
  if (match.contact !== undefined) named.contacts.add(match.contact);
  if (match.conversation !== undefined) named.conversations.add(match.conversation);
}

/** The path from its first `;` on, encoded or not. */
function matrixOf(path: string): string {
  const at = path.search(/;|%(?:25)*3b/i);
  return at < 0 ? '' : path.slice(at);
}

const IDS: readonly IdName[] = ['botId', 'contactId', 'conversationId'];

/** What the query says of each id: the ids themselves, or a second opinion on those in the path. */
function addQuery(named: Named, route: Route, query: string, matrix: string): void {
  if (query === '' && matrix === '') {
    if (Object.keys(route.query).length === 0) return;
  }
  for (const id of IDS) {
    const parameter = readParameter(query, matrix, route.query[id] ?? id);
    if (parameter === undefined) {
      named.ambiguous = 'The query has too many readings.';
      return;
    }
    if (route.query[id] !== undefined) checkSpellings(named, parameter, id);
    addValues(named, route, id, parameter);
  }
}

function checkSpellings(named: Named, { spellings, times }: Parameter, id: IdName): void {
  if (spellings > 1) named.ambiguous ??= `The query parameter of ${id} is there in two spellings.`;
  else if (times > 1) named.unresolved ??= `The query parameter of ${id} is there twice.`;
}

function addValues(named: Named, route: Route, id: IdName, { values }: Parameter): void {
  for (const { text, reading } of values) {
    if (id === 'botId') {
      const { bots, suspects } = botsOf(text);
      for (const bot of bots) named.bots.add(bot);
      for (const bot of suspects) named.suspects.add(bot);
      continue;
    }
    const value = idOf(text, reading);
    if (value === undefined) continue;
    if (id === 'contactId' && route.namesContact) named.contacts.add(value);
    if (id === 'conversationId' && route.namesConversation) named.conversations.add(value);
  }
}

function contradiction(
  { bots, suspects, contacts, ambiguous }: Named,
  guarded: readonly (readonly Match[])[],
  routes: readonly Route[],
  formBody: boolean,
): string | undefined {
  if (ambiguous !== undefined) return ambiguous;
  if (formBody && routes.some(({ query }) => Object.keys(query).length > 0)) {
    return 'A form body could name the bot as well as the query.';
  }
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
