import { placeOf, type Finding } from './alert.ts';
import type { Heard } from './watch.ts';

export interface FirstUseParts {
  /** Whether the record has a use of the range from before. Rejects where it cannot be asked. */
  readonly usedBefore: (scope: string, rangeId: string, beforeMs: number) => Promise<boolean>;
  readonly raise: (finding: Finding) => void;
}

/** Ranges that are known to have been used; each other one is asked about. */
const mostKnown = 100_000;
const mostAsking = 50;
/** The record may be made anew, as on a machine that was set up again: what was told once is not told with it. */
const everyMs = 30 * 86_400_000;

/** Raises the first use of each range, as the record of decisions knows it. */
export function createFirstUse({ usedBefore, raise }: FirstUseParts) {
  const known = new Set<string>();
  let asking = 0;
  return (scope: string, rangeId: string, { atMs, clientIp = '' }: Heard): void => {
    const subject = `${scope} ${rangeId}`;
    if (known.has(subject) || asking >= mostAsking) return;
    if (known.size >= mostKnown) known.clear();
    known.add(subject);
    asking += 1;
    const tell = (wasUsed: boolean): void => {
      const summary = `Range ${rangeId} of ${scope} was used for the first time, from ${clientIp}.`;
      const of = { scope, range: rangeId, ...placeOf(clientIp) };
      if (!wasUsed) raise({ kind: 'range.first_use', subject, everyMs, summary, of });
    };
    usedBefore(scope, rangeId, atMs)
      .then(tell, () => void known.delete(subject))
      .finally(() => (asking -= 1));
  };
}
