import { useState } from 'preact/hooks';
import { getReadings } from '../api/calls.ts';
import { ApiError } from '../api/request.ts';
import { LazyDetails } from '../parts/lazy-details.tsx';
import { Failure } from '../parts/message.tsx';
import { When } from '../parts/time.tsx';
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
            {by} read {what} of {ofText(of)}{' '}
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

function ofText(of: object): string {
  const parts = Object.entries(of).map(([name, value]) => `${name} ${String(value)}`);
  return parts.length === 0 ? 'everything' : parts.join(', ');
}
