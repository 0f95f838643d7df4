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
      {() => <ReadingTable />}
    </LazyDetails>
  );
}

function ReadingTable() {
  const [limit, setLimit] = useState(perPage);
  const { value, error } = useLoad(() => getReadings(limit), [limit]);
  if (error instanceof ApiError && error.status === 404) return <p class="empty">No record is kept.</p>;
  if (value === undefined) return error === undefined ? <p>Loading…</p> : <Failure error={error} />;
  if (value.readings.length === 0) return <p class="empty">Nobody yet.</p>;
  return (
    <>
      <table>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">Read</th>
            <th scope="col">Of</th>
          </tr>
        </thead>
        <tbody>
          {value.readings.map(({ at, by, from, what, of, requestId }) => (
            <tr key={requestId}>
              <td data-label="When">
                <When at={at} />
              </td>
              <td data-label="Who">
                {by}
                {from === undefined ? '' : `, ${from}`}
              </td>
              <td data-label="Read">{what}</td>
              <td data-label="Of">{ofText(of)}</td>
            </tr>
          ))}
        </tbody>
      </table>
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
