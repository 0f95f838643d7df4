import type { GuardedReadings } from './guarded-readings.ts';
import type { Match } from './match.ts';
import type { Named } from './named.ts';
import type { Route } from './route.ts';

/** True where a reading names a conversation, or could beside its path. */
export const naming = ({ namesConversation: inPath, route }: Match): boolean =>
  inPath || route.places.names.includes('conversationId');

/** Why a target could mean two things, in one sentence; undefined where its readings agree. */
export function contradiction(
  { bots, suspects, contacts, ambiguous }: Named,
  guarded: GuardedReadings,
  routes: readonly Route[],
): string | undefined {
  if (ambiguous !== undefined) return ambiguous;
  const ofAny = routes.filter(({ facts }) => facts.reach !== undefined);
  if (ofAny.length > 0 && ofAny.length < routes.length)
    return 'Its readings are of one bot and of no single one.';
  const lookups = new Set(routes.map(({ lookup }) => lookup));
  if (lookups.size > 1) return 'Its readings have their bots from two places.';
  if (!lookups.has(undefined) && bots.size + suspects.size > 0)
    return 'It names a bot beside the one that is looked up.';
  if (bots.size > 1) return 'Its readings name two bots.';
  if (bots.size === 1 && [...suspects].some((bot) => !bots.has(bot)))
    return 'Its readings could name two bots.';
  const contactRoutes = routes.filter(({ namesContact }) => namesContact);
  if (contactRoutes.length > 0 && contactRoutes.length < routes.length) {
    return "Its readings are of a contact's route and of another.";
  }
  if (contacts.size > 1) return 'Its readings name two contacts.';
  const named = guarded.filter((matches) => matches.some(naming));
  if (contactRoutes.length > 0 && named.length > 0 && named.length < guarded.length) {
    return "Its readings are of a contact's one conversation and of more.";
  }
  return undefined;
}
