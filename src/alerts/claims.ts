import type { AlertShare, AlertsParts } from './alerts.ts';

/** Which alerts were told already. */
export interface Claims {
  /** Whether this is the one to tell it; undefined where it was told from here. */
  take(key: string, ms: number): Promise<boolean> | undefined;
}

const mostClaims = 10_000;
/** Questions under way; beyond them it is told: twice is better than never. */
const mostAsking = 100;

export function createClaims({ now, share }: Pick<AlertsParts, 'now' | 'share'>): Claims {
  const until = new Map<string, number>();
  let asking = 0;
  const ask = async (shared: AlertShare, key: string, ms: number): Promise<boolean> => {
    if (asking >= mostAsking) return true;
    asking += 1;
    return shared
      .claim(key, ms)
      .catch(() => true)
      .finally(() => (asking -= 1));
  };
  return {
    take(key, ms) {
      if ((until.get(key) ?? -Infinity) > now()) return undefined;
      until.delete(key);
      until.set(key, now() + ms);
      const [oldest] = until.keys();
      if (until.size > mostClaims && oldest !== undefined) until.delete(oldest);
      return share === undefined ? Promise.resolve(true) : ask(share, key, ms);
    },
  };
}
