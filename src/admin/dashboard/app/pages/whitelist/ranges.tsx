import { useEffect, useId, useState } from 'preact/hooks';
import type { RangeRecord, Scope, WhitelistPage } from '../../api/types.ts';
import { lazily } from '../../parts/lazy.tsx';
import { amount, counted } from '../../parts/time.tsx';
import { rangesPerPage } from '../../state/whitelist.ts';
import type { WhitelistState } from '../../state/whitelist.ts';
import { DeleteRange } from './delete.tsx';
import { ListViews } from './list-views.tsx';
import { RangeTable } from './range-table.tsx';
import { Selection } from './selection.tsx';

interface RangesProps {
  readonly scope: Scope;
  readonly list: WhitelistState;
  readonly page: WhitelistPage;
}

const EditRange = lazily(() => import('./edit.tsx').then((module) => module.EditRange));

type Doing = { readonly what: 'edit' | 'delete'; readonly range: RangeRecord };

/** The list itself: search, pages, edit and delete. */
export function Ranges({ scope, list, page }: RangesProps) {
  const [doing, setDoing] = useState<Doing>();
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const stop = (): void => setDoing(undefined);
  const isNarrowed = list.search !== '' || list.view.show !== 'all';
  return (
    <>
      {page.total > 0 || isNarrowed ? (
        <>
          <Search list={list} page={page} />
          <ListViews list={list} page={page} />
        </>
      ) : null}
      {page.ranges.length === 0 ? (
        <p class="empty">
          {isNarrowed ? 'No range matches the search.' : 'No range yet: no address lets anyone in.'}
        </p>
      ) : (
        <RangeTable
          ranges={page.ranges}
          showsIds={list.view.sort === 'id'}
          isUseKnown={page.useKnown === true}
          picked={picked}
          onPick={setPicked}
          onDo={(what, range) => setDoing({ what, range })}
        />
      )}
      <Selection scope={scope} list={list} page={page} picked={picked} onPick={setPicked} />
      <Pager list={list} page={page} />
      {doing?.what === 'edit' ? (
        <EditRange scope={scope} list={list} range={doing.range} onClose={stop} />
      ) : null}
      {doing?.what === 'delete' ? (
        <DeleteRange scope={scope} list={list} range={doing.range} onClose={stop} />
      ) : null}
    </>
  );
}

function Search({ list, page }: Omit<RangesProps, 'scope'>) {
  const id = useId();
  const [text, setText] = useState(list.search);
  useEffect(() => {
    const timer = setTimeout(() => text === list.search || list.setSearch(text), 250);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div class="search">
      <label for={id}>Search ranges</label>
      <input
        id={id}
        type="search"
        value={text}
        placeholder="An address, or words of a note"
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <p class="hint" role="status">
        {list.search === '' && list.view.show === 'all'
          ? counted(page.total, 'range')
          : foundText(list, page)}
      </p>
    </div>
  );
}

function foundText(list: WhitelistState, page: WhitelistPage): string {
  const paged = list.next !== undefined || list.previous !== undefined;
  const found = paged ? `More than ${amount(rangesPerPage)}` : amount(page.ranges.length);
  return `${found} of ${counted(page.total, 'range')} found`;
}

function Pager({ list, page }: Omit<RangesProps, 'scope'>) {
  if (list.next === undefined && list.previous === undefined) return null;
  const from = list.pageNumber * rangesPerPage + 1;
  return (
    <nav class="pager" aria-label="Pages of ranges">
      <button type="button" aria-disabled={list.previous === undefined} onClick={list.previous}>
        Previous
      </button>
      <span role="status">
        {amount(from)} – {amount(from + page.ranges.length - 1)}
        {list.search === '' && list.view.show === 'all' ? ` of ${amount(page.total)}` : ' of those found'}
      </span>
      <button type="button" aria-disabled={list.next === undefined} onClick={list.next}>
        Next
      </button>
    </nav>
  );
}
