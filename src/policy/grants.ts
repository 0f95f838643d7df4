import type { ClientIp } from './client-ip.ts';
import type { PolicyView, Settings } from './policy.ts';
import { hasBot, type Bots, type Known, type Principal } from './principal.ts';
import type { Decision, RangeMatch, Scope } from './reason.ts';
import type { Resource } from './resource.ts';
import { findRange } from './whitelist.ts';

export type Transcript = Extract<Resource, { kind: 'transcript' }>;
/** What a grant can open: one bot's transcript, or what is of no one bot. */
export type GuardedResource = Transcript | Extract<Resource, { kind: 'platform' }>;

/** What is known when something guarded is asked for. */
export interface Facts {
  readonly resource: GuardedResource;
  readonly principal: Principal;
  readonly client: ClientIp;
  readonly view: PolicyView;
  readonly settings: Settings;
  readonly nowMs: number;
}

type Forward = Extract<Decision, { outcome: 'forward' }>;

/** Line 5: a member whose token grants the bot; where there is no one bot, some bot. */
export function botAccess({
  principal,
  resource,
}: Pick<Facts, 'principal' | 'resource'>): Forward | undefined {
  if (principal.kind !== 'known' || principal.member === undefined) return undefined;
  const { issuerBots, member } = principal;
  const granted =
    resource.kind === 'platform'
      ? hasSome(issuerBots, member.bots)
      : hasBot(issuerBots, resource.bot) && hasBot(member.bots, resource.bot);
  return granted ? { outcome: 'forward', reason: 'bot-access' } : undefined;
}

function hasSome(issuerBots: Bots, bots: Bots): boolean {
  if (bots === 'all') return issuerBots === 'all' || issuerBots.size > 0;
  return [...bots].some((bot) => hasBot(issuerBots, bot));
}

/** Line 6: a contact reading their own; of what is of any bot, where its route says so. */
export function ownHistory({
  principal,
  resource,
}: Pick<Facts, 'principal' | 'resource'>): Forward | undefined {
  if (resource.kind === 'platform') {
    const isLetIn = resource.route.contacts === true && principal.kind === 'known' && principal.contact;
    return isLetIn && hasSome(principal.issuerBots, 'all')
      ? { outcome: 'forward', reason: 'own-history' }
      : undefined;
  }
  if (principal.kind !== 'known' || !hasBot(principal.issuerBots, resource.bot)) return undefined;
  return isTheirs(principal, resource) ? { outcome: 'forward', reason: 'own-history' } : undefined;
}

/**
 * Where the route names a contact and a conversation, both must be theirs; where it names neither, nothing is. Whose
 * it is as a lookup says needs no more.
 */
function isTheirs({ contact }: Known, { contact: named, holder, conversations }: Transcript): boolean {
  if (holder !== undefined && contact?.id === holder) return named === undefined || named === holder;
  if (contact === undefined || (named === undefined && conversations.length === 0)) return false;
  const contactMatches = named === undefined || (contact.id !== undefined && contact.id === named);
  return contactMatches && conversations.every((id) => contact.conversations.has(id));
}

/** Line 7: an address in an enabled list, the bot's first. */
export function whitelisted(facts: Facts): Forward | undefined {
  const { resource, principal, settings } = facts;
  if (!resource.route.whitelist) return undefined;
  const isLetIn = !settings.requireLogin || principal.kind === 'known';
  const bot =
    resource.kind === 'platform'
      ? resource.route.reach === 'anyBot' && listedForSome(facts)
      : isLetIn && match(facts, `bot:${resource.bot}`);
  if (bot) return { outcome: 'forward', reason: 'whitelisted-bot', range: bot };
  const inherits = settings.inheritPlatform || resource.kind === 'platform';
  const platform = isLetIn && inherits ? match(facts, 'platform') : undefined;
  return platform && { outcome: 'forward', reason: 'whitelisted-platform', range: platform };
}

/** A range of any bot's list, by that bot's own settings. */
function listedForSome(facts: Facts): RangeMatch | undefined {
  const { view, principal, settings } = facts;
  if (!view.known) return undefined;
  for (const [scope, { enabled, requireLogin }] of view.policy.scopes) {
    if (!enabled || scope === 'platform') continue;
    if ((requireLogin ?? settings.requireLogin) && principal.kind !== 'known') continue;
    const range = match(facts, scope);
    if (range !== undefined) return range;
  }
  return undefined;
}

function match({ view, client, nowMs }: Facts, scope: Scope): RangeMatch | undefined {
  if (client.status !== 'ipv4' || !isEnabled(view, scope)) return undefined;
  const whitelist = view.policy?.scopes.get(scope)?.whitelist;
  const id = whitelist && findRange(whitelist, client.value, nowMs);
  return id === undefined ? undefined : { scope, id };
}

function isEnabled(view: PolicyView, scope: Scope): boolean {
  return view.known && view.policy.scopes.get(scope)?.enabled === true;
}

/** Line 9: no list applies, and a stored record says that the link alone is enough; never for what is of any bot. */
export function openLink({ view, resource, settings }: Facts): Forward | undefined {
  if (resource.route.reach !== undefined) return undefined;
  const listed =
    resource.kind === 'platform'
      ? isEnabled(view, 'platform')
      : isEnabled(view, `bot:${resource.bot}`) || (settings.inheritPlatform && isEnabled(view, 'platform'));
  return resource.route.whitelist && !listed && settings.whenOff === 'anyone'
    ? { outcome: 'forward', reason: 'open-link' }
    : undefined;
}

/** False where no list and no link could let a stranger from there see anything, whichever bot it is about. */
export function mayOpenToStranger(view: PolicyView, client: ClientIp, nowMs: number): boolean {
  if (!view.known) return true;
  for (const { enabled, whitelist, whenOff } of view.policy.scopes.values()) {
    if (whenOff === 'anyone') return true;
    if (!enabled || client.status !== 'ipv4') continue;
    if (findRange(whitelist, client.value, nowMs) !== undefined) return true;
  }
  return false;
}
