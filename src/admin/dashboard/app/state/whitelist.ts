import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { getWhitelist, getWhitelists, type RangePaging } from '../api/calls.ts';
import type { Scope, WhitelistPage } from '../api/types.ts';
import { useGateways } from './gateways.tsx';
import { usePoll } from './poll.ts';

export const rangesPerPage = 50;

export interface WhitelistState {
  readonly page: WhitelistPage | undefined;
  readonly error: unknown;
  readonly search: string;
  readonly setSearch: (text: string) => void;
  readonly view: ListView;
  readonly setView: (view: ListView) => void;
  /** Ids of all ranges that are found, up to so many as one change may remove. */
  readonly foundIds: () => Promise<readonly string[]>;
  /** Zero-based number of the page of ranges. */
  readonly pageNumber: number;
  readonly next: (() => void) | undefined;
  readonly previous: (() => void) | undefined;
  /** Reads the list again; `written` is the revision of one's own change, which is seen from then on. */
  readonly reload: (written?: number) => Promise<WhitelistPage | undefined>;
}

/** Which ranges are shown, and by what they are sorted. */
export interface ListView {
  readonly show: 'all' | 'never-used' | 'expiring' | 'expired';
  readonly sort: 'start' | 'id';
}

/** One change may remove so many. */
export const mostRemoved = 1_000;

interface PageRequest extends ListView {
  readonly search: string;
  /** Cursors of the pages up to the one that is shown; the first has none. */
  readonly cursors: readonly (string | undefined)[];
}

const first: PageRequest = { search: '', show: 'all', sort: 'start', cursors: [undefined] };

function queryOf({ search, show, sort }: PageRequest): RangePaging {
  return { q: search, show: show === 'all' ? undefined : show, sort };
}

/** One scope's whitelist: a page of its ranges, followed so that others' changes show. */
export function useWhitelist(scope: Scope): WhitelistState {
  const [asked, setAsked] = useState(first);
  const { page, error, reload } = usePage(scope, asked);
  const { revision: newest } = useGateways();
  // A change made elsewhere on the page, as in the bar of trials, is no one else's.
  useEffect(() => {
    if (page !== undefined && newest > page.revision) void reload();
  }, [newest]);
  const follow = async (): Promise<void> => {
    // Where the policy stands is little to ask; a long list is read again only when there is something new.
    const { revision } = await getWhitelists({ limit: 1 });
    if (revision !== page?.revision || error !== undefined) await reload();
  };
  usePoll(() => void follow().catch(() => reload()), 5_000);
  const ask = (part: Partial<PageRequest>): void =>
    setAsked((before) => ({ ...before, ...part, cursors: [undefined] }));
  const setSearch = useCallback((search: string) => ask({ search }), []);
  const setView = useCallback((view: ListView) => ask(view), []);
  const foundIds = async (): Promise<readonly string[]> =>
    (await getWhitelist(scope, { ...queryOf(asked), limit: mostRemoved })).ranges.map(({ id }) => id);
  const cursor = page?.next;
  const next = (): void => setAsked({ ...asked, cursors: [...asked.cursors, cursor] });
  const previous = (): void => setAsked({ ...asked, cursors: asked.cursors.slice(0, -1) });
  return {
    page,
    error,
    search: asked.search,
    setSearch,
    view: { show: asked.show, sort: asked.sort },
    setView,
    foundIds,
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
        const paging = { after: asked.cursors.at(-1), limit: rangesPerPage, use: 'true' } as const;
        const read = await getWhitelist(scope, { ...queryOf(asked), ...paging });
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
