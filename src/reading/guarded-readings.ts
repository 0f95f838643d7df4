import type { RouteFacts } from '../policy/resource.ts';
import type { Match } from './match.ts';

/** The matches of the guarded readings of one target: each element has those of one reading, first listed first. */
export type GuardedReadings = readonly (readonly Match[])[];

/** Where one reading has the route of one bot beside one of any, the one bot is asked for. */
export function ofOneBot(matches: readonly Match[]): readonly Match[] {
  const single = matches.filter(({ route }) => route.facts.reach === undefined);
  return single.length > 0 ? single : matches;
}

/** Of the first listed; where its readings are of several, nothing but what all of them say opens anything. */
export function factsOf(guarded: GuardedReadings): RouteFacts {
  const bests = guarded.flatMap(([best]) => (best === undefined ? [] : [best.route]));
  const [first] = bests.toSorted((one, other) => one.index - other.index);
  if (first === undefined) return { path: '', whitelist: false };
  if (bests.every((route) => route === first)) return first.facts;
  const facts = bests.map((route) => route.facts);
  const { path, kind, reach } = first.facts;
  return {
    path,
    whitelist: facts.every(({ whitelist }) => whitelist),
    ...(kind && { kind }),
    ...(reach && { reach: facts.some((one) => one.reach === 'platform') ? 'platform' : reach }),
    ...(facts.every(({ contacts }) => contacts) && { contacts: true }),
  };
}
