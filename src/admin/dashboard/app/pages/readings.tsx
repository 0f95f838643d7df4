import { useState } from 'preact/hooks';
import { getReadings } from '../api/calls.ts';
import { ApiError } from '../api/request.ts';
import type { Scope } from '../api/types.ts';
import { LazyDetails } from '../parts/lazy-details.tsx';
import { Failure } from '../parts/message.tsx';
import { When } from '../parts/time.tsx';
import { scopeName } from '../routes.ts';
import { filterLabels, type FilterName } from '../state/activity-filter.ts';
import { useLoad } from '../state/load.ts';

const perPage = 50;

/** Who read what was decided: changes nothing, and is no change. */
export function Readings() {
  return (
    <LazyDetails summary="Who read the record of visits" class="card">
      {() => <ReadingList />}
    </LazyDetails>
  );
}

function ReadingList() {
  const [limit, setLimit] = useState(perPage);
  const { value, error } = useLoad(() => getReadings(limit), [limit]);
  if (error instanceof ApiError && error.status === 404) return <p class="empty">No record is kept.</p>;
  if (value === undefined) return error === undefined ? <p>Loading…</p> : <Failure error={error} />;
  if (value.readings.length === 0) return <p class="empty">Nobody yet.</p>;
  return (
    <>
      <ul class="alerts">
        {value.readings.map(({ at, by, from, what, of, requestId }) => (
          <li key={requestId}>
            {by} {whatText(what, of)}{' '}
            <span class="hint">
              <When at={at} />
              {from === undefined ? '' : ` from ${from}`}
            </span>
          </li>
        ))}
      </ul>
      {value.next === undefined ? null : (
        <button type="button" onClick={() => setLimit(limit + perPage)}>
          Show older ones
        </button>
      )}
    </>
  );
}

/** What was asked for, by the call. */
const calls: Readonly<Record<string, string>> = {
  lookup: 'looked up',
  'whitelists/:scope': 'read the use of ranges',
  activity: 'read visits',
  'activity/summary': 'read sums of visits',
  'activity/stream': 'followed visits live',
  refusals: 'read refusals',
  'reports/access': 'made a report of visits',
  'reports/review': 'made a report of who can see transcripts',
};

function whatText(what: string, of: object): string {
  const parts = Object.entries(of).map(([name, value]) => ofText(name, String(value)));
  return `${calls[what] ?? `read ${what}`}${parts.length === 0 ? ' of all' : ` ${parts.join(', ')}`}`;
}

function ofText(name: string, value: string): string {
  if (name === 'q') return `“${value}”`;
  if (name === 'scope' && isScope(value))
    return `of ${scopeName(value).replace(/^./, (first) => first.toLowerCase())}`;
  const label = filterLabels[name as FilterName] as string | undefined;
  return `of ${label?.toLowerCase() ?? name} ${value}`;
}

function isScope(text: string): text is Scope {
  return text === 'platform' || text.startsWith('bot:');
}
