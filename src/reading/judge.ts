import { isLookupId, type Resource, type RouteFacts } from '../policy/resource.ts';
import { addBeside, type Beside } from './beside-path.ts';
import { hasBody, hasJsonBody } from './body.ts';
import { workFor, type Work } from './closure.ts';
import { addKeys, asLink } from './link-key.ts';
import { readsBodyOf } from './merged-body.ts';
import { resourceOfCall } from './frames/channels.ts';
import { agreesOnFrames } from './frames/handshake.ts';
import { contradiction, naming } from './contradiction.ts';
import { factsOf, ofOneBot, type GuardedReadings } from './guarded-readings.ts';
import { addMatch, candidatesOf, nothingNamed, type Named } from './named.ts';
import { readMembers } from './query-readings.ts';
import type { Route, RouteTable } from './route.ts';
import type { TargetRequest } from './target.ts';
import type { Readable } from './target-form.ts';

/** What a target with guarded readings asks for. */
export function judge(
  table: RouteTable,
  guarded: GuardedReadings,
  form: Readable,
  asked: TargetRequest,
  hosts: readonly string[],
  work: Work,
): Resource {
  const plain = plainTranscript(guarded, form);
  if (plain !== undefined) return withCase(plain, table);
  const all = guarded;
  guarded = guarded.map(ofOneBot);
  const routes = [...new Set(guarded.flatMap((matches) => matches.map(({ route }) => route)))];
  const beside = besideOf(routes, form, asked, work);
  const named = whatIsNamed(guarded, routes, beside, hosts);
  const resource = resourceOf(named, guarded, routes, asked);
  // What is asked for within a socket is no link.
  if (asked.call !== undefined) return withCase(resource, table);
  addKeys(named, all, beside.query, asked.formBody || beside.isJson);
  return withCase(asLink(resource, all, named), table);
}

function besideOf(
  routes: readonly Route[],
  form: Readable,
  { headers = [], body }: TargetRequest,
  work: Work,
): Beside {
  const isJson = hasJsonBody(headers);
  return {
    query: readMembers(form.query ?? '', matrixOf(form.path), work),
    form: body?.form === undefined ? undefined : readMembers(body.form, '', workFor(body.form.length)),
    body,
    isJson,
    headers,
    hasUnread: body === undefined && hasBody(headers) && routes.some((route) => readsBodyOf(route, isJson)),
  };
}

function whatIsNamed(
  guarded: GuardedReadings,
  routes: readonly Route[],
  beside: Beside,
  hosts: readonly string[],
): Named {
  const named = nothingNamed();
  for (const matches of guarded) for (const match of matches) addMatch(named, match, hosts);
  for (const route of routes) addBeside(named, route, beside);
  return named;
}

function resourceOf(
  named: Named,
  guarded: GuardedReadings,
  routes: readonly Route[],
  asked: TargetRequest,
): Resource {
  const route = factsOf(guarded);
  // What a body that was not read names could still contradict: nothing but that it is missing is known.
  if (asked.formBody && asked.body === undefined && routes.some(asksQueryWho)) {
    named.anyBot = true;
    named.ambiguous ??= 'A form body could name the bot as well as the query.';
  }
  const contradicted = contradiction(named, guarded, routes);
  if (contradicted !== undefined) {
    return { kind: 'ambiguous', why: contradicted, route, ...candidatesOf(named) };
  }
  const [bot] = named.bots;
  const [contact] = named.contacts;
  if (named.unresolved !== undefined) {
    const { unresolved: why, needsBody } = named;
    return { kind: 'unresolved', why, route, ...candidatesOf(named), ...(needsBody && { needsBody }) };
  }
  if (route.reach !== undefined) return ofNoBot(guarded, asked, route);
  const { lookup } = routes[0] ?? {};
  if (lookup !== undefined) return sought(lookup, named, conversationsOf(named, guarded, asked), route);
  if (bot === undefined)
    return { kind: 'unresolved', why: 'No reading of it names a bot id that can be.', route };
  const namesContact = routes.some((one) => one.namesContact);
  if (namesContact && (contact === undefined || contact === '')) {
    return { kind: 'unresolved', why: 'It names no contact where its route has one.', route };
  }
  return {
    kind: 'transcript',
    bot,
    ...(namesContact && contact !== undefined ? { contact } : {}),
    conversations: conversationsOf(named, guarded, asked),
    route,
  };
}

/** What is of no single bot, a socket, or what is asked for within it. */
function ofNoBot(guarded: GuardedReadings, asked: TargetRequest, route: RouteFacts): Resource {
  const { upgrade, call, headers } = asked;
  const [first, ...more] = new Set(guarded.map(([best]) => best?.route));
  if (first?.frames === undefined && more.every((other) => other?.frames === undefined))
    return { kind: 'platform', route };
  if (first?.frames === undefined || more.length > 0)
    return {
      kind: 'ambiguous',
      why: 'Its readings are of a socket whose messages are judged, and of more.',
      route,
    };
  if (upgrade === false || (headers !== undefined && !agreesOnFrames(headers)))
    return { kind: 'no-upgrade', route };
  if (call !== undefined) return resourceOfCall(first.frames, call, route);
  return first.frames.forAnyone ? { kind: 'other', open: true, route } : { kind: 'platform', route };
}

/** Of one conversation, whose bot and contact its lookup knows. */
function sought(
  lookup: string,
  { contacts }: Named,
  conversations: readonly string[],
  route: RouteFacts,
): Resource {
  const [conversation = '', ...more] = conversations;
  const [contact] = contacts;
  if (more.length > 0) return { kind: 'ambiguous', why: 'Its readings name two conversations.', route };
  return isLookupId(conversation)
    ? { kind: 'sought', lookup, conversation, route, ...(contact !== undefined && { contact }) }
    : { kind: 'unresolved', why: 'It names no conversation that can be looked up.', route };
}

/** The one case that nearly all requests are: one reading of one route that names all in its path. */
function plainTranscript(guarded: GuardedReadings, form: Readable): Resource | undefined {
  const match = guarded.length === 1 && guarded[0]?.length === 1 ? guarded[0][0] : undefined;
  if (match === undefined || form.query !== undefined || matrixOf(form.path) !== '') return undefined;
  const { route, conversations, suspects } = match;
  const [bot] = match.bots;
  if (bot === undefined || suspects.length > 0 || !route.isPlain) return undefined;
  return { kind: 'transcript', bot, conversations, route: route.facts };
}

/** Platforms that fold the case of ids serve one bot under many names: it is asked for by one. */
function withCase(resource: Resource, { foldsBotIds }: RouteTable): Resource {
  if (!foldsBotIds || resource.kind !== 'transcript') return resource;
  return { ...resource, bot: resource.bot.toLowerCase() };
}

/**
 * Where one reading's route names no conversation, no conversation proves that the visitor may see all of it;
 * where one is named that nobody can read, or that a form could name, it is nobody's.
 */
function conversationsOf(
  { conversations }: Named,
  guarded: GuardedReadings,
  asked: TargetRequest,
): readonly string[] {
  const allNameOne = guarded.every((matches) => matches.some(naming));
  if (!allNameOne) return [];
  const inForm = asked.formBody && asked.body === undefined && hasQueried(guarded);
  return conversations.size === 0 || inForm ? ['', ...conversations] : [...conversations];
}

const hasQueried = (guarded: GuardedReadings): boolean =>
  guarded.some((matches) => matches.some(({ route }) => route.places.query.conversationId !== undefined));

/** The path from its first `;` or `&` on, or its first encoded `?`, `;` or `&`. */
function matrixOf(path: string): string {
  const at = path.search(/[;&]|%(?:25)*(?:u00)?(?:3[bf]|26)/i);
  return at < 0 ? '' : path.slice(at);
}

/** Where the bot is a constant and no contact is named, what the query names changes nothing for most. */
function asksQueryWho({ places: { query } }: Route): boolean {
  return query.botId !== undefined || query.contactId !== undefined;
}
