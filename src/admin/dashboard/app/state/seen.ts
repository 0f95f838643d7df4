import { useEffect, useState } from 'preact/hooks';
import type { RangeRecord, WhitelistPage } from '../api/types.ts';
import type { WhitelistState } from './whitelist.ts';

/**
 * The revision that an edit is made on. It follows the list only for as long as what is edited (`now`, as text) is
 * what it was when the editing began: what somebody else made of it meanwhile is told first, never overwritten unseen.
 */
export function useSeen(page: WhitelistPage | undefined, now: string | undefined, editing = true) {
  const revision = page?.revision;
  const [seen, setSeen] = useState({ value: now, revision });
  useEffect(() => {
    if (!editing) setSeen({ value: now, revision });
  }, [editing, now, revision]);
  const isAsSeen = !editing || (now !== undefined && now === seen.value);
  return {
    revision: isAsSeen ? revision : seen.revision,
    /** Once the person was told what has become of it, that is what they have seen. */
    useShown(shown: unknown): void {
      useEffect(() => {
        if (shown !== undefined) setSeen({ value: now, revision });
      }, [shown]);
    },
  };
}

/** The same for one range of the list. */
export function useSeenRange({ page }: WhitelistState, { id }: RangeRecord) {
  const now = page?.ranges.find((range) => range.id === id);
  return useSeen(page, now && JSON.stringify([now.start, now.end, now.note, now.purpose, now.expiresAt]));
}
