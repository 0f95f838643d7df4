import { createBoundedMap } from '../limits/bounded-map.ts';

/** Bots that requests named lately and the gateway let pass: so that a mistyped id can be pointed out to an admin. */
export interface RecentBots {
  note(bot: string): void;
  has(bot: string): boolean;
}

const MOST = 20_000;

export function createRecentBots(): RecentBots {
  const bots = createBoundedMap<true>(MOST);
  return { note: (bot) => bots.set(bot, true), has: (bot) => bots.get(bot) === true };
}
