import { matchHost } from './host.ts';
import { botsOf } from './bot-ids.ts';
import { idOf, type Match } from './match.ts';
import type { IdName } from './places.ts';
import type { ParameterValue } from './query-readings.ts';
import type { Route } from './route.ts';

/** Everything that the guarded readings of one target name. */
export interface Named {
  readonly bots: Set<string>;
  readonly suspects: Set<string>;
  readonly contacts: Set<string>;
  readonly conversations: Set<string>;
  /** Of a link: every text in the place of its key. */
  readonly keys: Set<string>;
  /** And beside the path that holds it. */
  readonly keysBeside: Set<string>;
  /** Bots that a key given more than once holds. */
  readonly repeated: Set<string>;
  /** True where it could be any bot: the query cannot be read, or a body could name one. */
  anyBot?: true;
  /** One sentence, where it could mean two things. */
  ambiguous?: string;
  /** One sentence, where it names nothing, or one key is there twice. */
  unresolved?: string;
  /** True where its body names an id, and was not read. */
  needsBody?: true;
  /** True where a reading of a link has no key. */
  keyless?: true;
}

export function nothingNamed(): Named {
  return {
    bots: new Set(),
    suspects: new Set(),
    contacts: new Set(),
    conversations: new Set(),
    keys: new Set(),
    keysBeside: new Set(),
    repeated: new Set(),
  };
}

/** What one reading's match names in path, host and constant. */
export function addMatch(named: Named, match: Match, hosts: readonly string[]): void {
  for (const bot of match.bots) named.bots.add(bot);
  for (const bot of match.suspects) named.suspects.add(bot);
  addHosts(named, match.route, hosts);
  // A reading whose bot cannot be is nobody's transcript, so neither is what else it names.
  if (match.namesNoBot) return;
  for (const id of match.contacts) named.contacts.add(id);
  for (const id of match.conversations) named.conversations.add(id);
}

function addHosts(named: Named, { host }: Route, hosts: readonly string[]): void {
  if (host === undefined) return;
  for (const one of hosts) {
    const bot = matchHost(host, one);
    if (bot === undefined) named.unresolved ??= 'It is for a host that its route does not name.';
    else if (bot !== '') named.bots.add(bot);
  }
}

/**
 * Values of a query or a form; says whether one of them is an id. Where the route has the id elsewhere (`isPlace` is
 * false), a bot can only contradict: it never stands in for one that the route's own place does not name.
 */
export function addValues(
  named: Named,
  route: Route,
  id: IdName,
  values: readonly ParameterValue[],
  isPlace: boolean,
): boolean {
  const bots = isPlace ? named : opinionOn(named);
  let found = false;
  for (const { text, reading } of values) {
    if (id === 'botId') found = addBot(bots, text) || found;
    else found = addText(named, route, id, idOf(text, reading)) || found;
  }
  return found;
}

/** Where bots go that can only contradict. */
export function opinionOn({ suspects }: Named): Pick<Named, 'bots' | 'suspects'> {
  return { bots: suspects, suspects };
}

/** A bot's id as bytes. */
export function addBot(named: Pick<Named, 'bots' | 'suspects'>, bytes: string): boolean {
  const { bots, suspects } = botsOf(bytes);
  for (const bot of bots) named.bots.add(bot);
  for (const bot of suspects) named.suspects.add(bot);
  return bots.length > 0;
}

/** A contact's or a conversation's id as text, where the route names one at all. */
export function addText(named: Named, route: Route, id: IdName, text: string | undefined): boolean {
  if (text === undefined || (id === 'contactId' && !route.namesContact)) return false;
  (id === 'contactId' ? named.contacts : named.conversations).add(text);
  return text !== '';
}

/** Every bot that it could be about; nothing where no reading says, or what says it cannot be seen here. */
export function candidatesOf(named: Named): { readonly bots?: readonly string[] } {
  const { bots, suspects, repeated, anyBot } = named;
  if (anyBot === true || bots.size + repeated.size === 0) return {};
  return { bots: [...new Set([...bots, ...repeated, ...suspects])] };
}
