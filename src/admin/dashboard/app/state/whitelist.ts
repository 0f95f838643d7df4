import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { getWhitelist, getWhitelists } from '../api/calls.ts';
import type { Scope, WhitelistPage } from '../api/types.ts';
import { useGateways } from './gateways.tsx';
import { usePoll } from './poll.ts';

export const rangesPerPage = 50;

export interface WhitelistState {
  readonly page: WhitelistPage | undefined;
  readonly error: unknown;
  readonly search: string;
  readonly setSearch: (text: string) => void;
  /** Zero-based number of the page of ranges. */
  readonly pageNumber: number;
  readonly next: (() => void) | undefined;
  readonly previous: (() => void) | undefined;
  /** Reads the list again; `written` is the revision of one's own change, which is seen from then on. */
  readonly reload: (written?: number) => Promise<WhitelistPage | undefined>;
}

interface PageRequest {
  readonly search: string;
  /** Cursors of the pages up to the one that is shown; the first has none. */
  readonly cursors: readonly (string | undefined)[];
}

const first: PageRequest = { search: '', cursors: [undefined] };

/** One scope's whitelist: a page of its ranges, followed so that others' changes show. */
export function useWhitelist(scope: Scope): WhitelistState {
  const [asked, setAsked] = useState(first);
  const { page, error, reload } = usePage(scope, asked);
  const follow = async (): Promise<void> => {
    // Where the policy stands is little to ask; a long list is read again only when there is something new.
    const { revision } = await getWhitelists({ limit: 1 });
    if (revision !== page?.revision || error !== undefined) await reload();
  };
  usePoll(() => void follow().catch(() => reload()), 5_000);
  const setSearch = useCallback((search: string) => setAsked({ search, cursors: [undefined] }), []);
  const cursor = page?.next;
  const next = (): void => setAsked({ ...asked, cursors: [...asked.cursors, cursor] });
  const previous = (): void => setAsked({ ...asked, cursors: asked.cursors.slice(0, -1) });
  return {
    page,
    error,
    search: asked.search,
    setSearch,
    pageNumber: asked.cursors.length - 1,
    next: cursor === undefined ? undefined : next,
    previous: asked.cursors.length === 1 ? undefined : previous,
    reload,
  };
}

/** Reads what is asked; an answer to an earlier question is dropped. */
function usePage(scope: Scope, asked: PageRequest) {
  const { note, missed } = useGateways();
  const [page, setPage] = useState<WhitelistPage>();
  const [error, setError] = useState<unknown>();
  const turn = useRef(0);
  const reload = useCallback(
    async (written?: number) => {
      const mine = ++turn.current;
      if (written !== undefined) setPage((before) => before && { ...before, revision: written });
      try {
        const query = { q: asked.search, after: asked.cursors.at(-1), limit: rangesPerPage };
        const read = await getWhitelist(scope, query);
        if (mine !== turn.current) return undefined;
        setPage(read);
        setError(undefined);
        note({ revision: read.revision });
        return read;
      } catch (failure) {
        if (mine === turn.current) setError(failure);
        missed(failure);
        return undefined;
      }
    },
    [scope, asked],
  );
  useEffect(() => void reload(), [reload]);
  return { page, error, reload };
}
