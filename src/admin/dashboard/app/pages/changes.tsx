import { useState } from 'preact/hooks';
import type { Change, Scope } from '../api/types.ts';
import { Failure } from '../parts/message.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { When, amount, counted } from '../parts/time.tsx';
import { describeChange } from '../ranges/describe.ts';
import { hrefOf, scopeName } from '../routes.ts';
import { noFilter, useChangeLog } from '../state/change-log.ts';
import { BringBack } from './bring-back.tsx';
import { useSuperAdmin } from '../state/session.tsx';
import { ChangeFilters } from './change-filters.tsx';
import { CompareRevisions } from './compare.tsx';
import { Readings } from './readings.tsx';
import { RevertChange } from './revert.tsx';

/** Who changed what, when and from where; each can be undone. */
export function ChangesScreen({ scope }: { readonly scope: Scope | undefined }) {
  const [filter, setFilter] = useState(noFilter);
  const log = useChangeLog(scope, filter);
  const isSuper = useSuperAdmin();
  return (
    <>
      <PageTitle
        title="Change log"
        documentTitle={scope === undefined ? 'Change log' : `Change log: ${scopeName(scope)}`}
      />
      <ChangeFilters scope={scope} filter={filter} onFilter={setFilter} />
      {scope === undefined || log.changes.length === 0 ? null : (
        <CompareRevisions scope={scope} changes={log.changes} />
      )}
      {isSuper && scope === undefined ? <Readings /> : null}
      <p class="hint" role="status">
        {log.loading ? 'Loading…' : countText(log.changes.length, log.more !== undefined)}
      </p>
      <Failure error={log.error} />
      <ol class="changes">
        {log.changes.map((change) => (
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

function countText(found: number, more: boolean): string {
  return more ? `The newest ${counted(found, 'change')}` : counted(found, 'change');
}

function Entry({ change, onReverted }: { readonly change: Change; readonly onReverted: () => void }) {
  const lines = describeChange(change);
  return (
    <li class="card change">
      <div class="what">
        <p class="scope">
          {change.scope === 'revocations' ? (
            'Revocations'
          ) : (
            <a href={hrefOf({ page: 'whitelist', scope: change.scope })}>{scopeName(change.scope)}</a>
          )}{' '}
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
      <Ways change={change} onReverted={onReverted} />
    </li>
  );
}

/** A revocation is lifted elsewhere. */
function Ways({ change, onReverted }: { readonly change: Change; readonly onReverted: () => void }) {
  const { scope } = change;
  if (scope === 'revocations') return null;
  return (
    <div class="actions">
      <RevertChange change={change} onReverted={onReverted} />
      <BringBack change={{ ...change, scope }} onDone={onReverted} />
    </div>
  );
}
