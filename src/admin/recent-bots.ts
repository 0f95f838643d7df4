import { createBoundedMap } from '../limits/bounded-map.ts';

/** Bots that requests named lately and the gateway let pass: who manages can be told of a mistyped id. */
export interface RecentBots {
  note(bot: string): void;
  has(bot: string): boolean;
}

const MOST = 20_000;

export function createRecentBots(): RecentBots {
  const bots = createBoundedMap<true>(MOST);
  return { note: (bot) => bots.set(bot, true), has: (bot) => bots.get(bot) === true };
}
