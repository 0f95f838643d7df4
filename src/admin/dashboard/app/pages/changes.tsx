import { useState } from 'preact/hooks';
import type { Change, Scope } from '../api/types.ts';
import { Failure } from '../parts/message.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { When, amount, counted } from '../parts/time.tsx';
import { describeChange } from '../ranges/describe.ts';
import { hrefOf, scopeName } from '../routes.ts';
import { useChangeLog } from '../state/change-log.ts';
import { ChangeFilters, matches, noFilter } from './change-filters.tsx';
import { RevertChange } from './revert.tsx';

/** Who changed what, when and from where; each can be undone. */
export function ChangesScreen({ scope }: { readonly scope: Scope | undefined }) {
  const [filter, setFilter] = useState(noFilter);
  const log = useChangeLog(scope);
  const shown = log.changes.filter((change) => matches(change, filter));
  return (
    <>
      <PageTitle
        title="Change log"
        documentTitle={scope === undefined ? 'Change log' : `Change log: ${scopeName(scope)}`}
      />
      <ChangeFilters scope={scope} filter={filter} onFilter={setFilter} />
      <p class="hint" role="status">
        {log.loading ? 'Loading…' : countText(shown.length, log.changes.length, log.more !== undefined)}
      </p>
      <Failure error={log.error} />
      <ol class="changes">
        {shown.map((change) => (
          <Entry key={change.revision} change={change} onReverted={log.reload} />
        ))}
      </ol>
      {log.more === undefined ? null : (
        <div class="actions">
          <button type="button" aria-disabled={log.loading} onClick={log.more}>
            Read older changes
          </button>
        </div>
      )}
    </>
  );
}

function countText(shown: number, read: number, more: boolean): string {
  const all = counted(read, 'change');
  if (more) return `${amount(shown)} of the newest ${all}`;
  return shown === read ? all : `${amount(shown)} of ${all}`;
}

function Entry({ change, onReverted }: { readonly change: Change; readonly onReverted: () => void }) {
  const lines = describeChange(change);
  return (
    <li class="card change">
      <div class="what">
        <p class="scope">
          <a href={hrefOf({ page: 'whitelist', scope: change.scope })}>{scopeName(change.scope)}</a>{' '}
          <span class="revision">revision {amount(change.revision)}</span>
        </p>
        <ul>
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        <p class="hint">
          <When at={change.at} /> by {change.by}
          {change.from === undefined ? '' : ` from ${change.from}`}
        </p>
      </div>
      <RevertChange change={change} onReverted={onReverted} />
    </li>
  );
}
