import { useEffect, useState } from 'preact/hooks';
import type { RangeRecord } from '../api/types.ts';
import type { WhitelistState } from './whitelist.ts';

/**
 * The revision that a change of one range is made on. It follows the list only for as long as that range is what the
 * dialog was opened on: what somebody else made of it meanwhile is told first, never overwritten unseen.
 */
export function useSeen({ page }: WhitelistState, range: RangeRecord) {
  const [seen, setSeen] = useState({ range, revision: page?.revision });
  const now = page?.ranges.find((one) => one.id === range.id);
  const isAsSeen = now !== undefined && isSame(now, seen.range);
  return {
    revision: isAsSeen ? page?.revision : seen.revision,
    /** Once the person was told what has become of it, that is what they have seen. */
    useTold(told: unknown): void {
      useEffect(() => {
        if (told !== undefined) setSeen({ range: now ?? range, revision: page?.revision });
      }, [told]);
    },
  };
}

function isSame(a: RangeRecord, b: RangeRecord): boolean {
  return a.start === b.start && a.end === b.end && a.note === b.note && a.expiresAt === b.expiresAt;
}
