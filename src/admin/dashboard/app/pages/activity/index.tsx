import { useState } from 'preact/hooks';
import { ApiError } from '../../api/request.ts';
import { EventTable } from '../../parts/event-table.tsx';
import { Failure, Message } from '../../parts/message.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { RecordGaps } from '../../parts/record-gaps.tsx';
import { When, counted } from '../../parts/time.tsx';
import { isLive, type ActivityFilter } from '../../state/activity-filter.ts';
import { useActivity } from '../../state/activity.ts';
import { Filters } from './filters.tsx';
import { Histogram } from './histogram.tsx';
import { Tops } from './tops.tsx';

/** *Activity*: what was decided, over days and as it comes. */
export function ActivityScreen({ filter }: { readonly filter: ActivityFilter }) {
  const [live, setLive] = useState(true);
  const found = useActivity(filter, live);
  const { summary } = found;
  return (
    <>
      <PageTitle title="Activity" />
      <p class="lead">Every request that was judged: what was decided, and why.</p>
      <Filters filter={filter} />
      {isUnrecorded(found.error) ? (
        <Message tone="info">No record of decisions is kept here: the configuration switches it off.</Message>
      ) : (
        <Failure error={found.error ?? summary.error} />
      )}
      {summary.value === undefined ? null : (
        <section class="card" aria-labelledby="over-time">
          <h2 id="over-time">Over time</h2>
          <Histogram summary={summary.value} filter={filter} />
          <Tops top={summary.value.top} filter={filter} />
          {summary.value.since === summary.value.from ? null : (
            <p class="hint">
              Of this time there is a record since <When at={summary.value.since} /> only.
            </p>
          )}
          <RecordGaps gaps={summary.value.gaps} />
        </section>
      )}
      <section class="card" aria-labelledby="decisions">
        <div class="heading-row">
          <h2 id="decisions">Decisions</h2>
          {isLive(filter) ? <Live live={live} isHeard={found.isHeard} onLive={setLive} /> : null}
        </div>
        <Decisions found={found} />
      </section>
    </>
  );
}

function isUnrecorded(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

interface LiveProps {
  readonly live: boolean;
  readonly isHeard: boolean;
  readonly onLive: (live: boolean) => void;
}

function Live({ live, isHeard, onLive }: LiveProps) {
  return (
    <div class="actions">
      <span class="hint" role="status">
        {!live ? 'Paused' : isHeard ? 'New ones appear as they come' : 'Connecting…'}
      </span>
      <button type="button" class="small" onClick={() => onLive(!live)}>
        {live ? 'Pause' : 'Go on'}
      </button>
    </div>
  );
}

function Decisions({ found }: { readonly found: ReturnType<typeof useActivity> }) {
  const { events, loading, error, more, next } = found;
  if (events.length === 0)
    return (
      <p class="empty" role="status">
        {loading ? 'Loading…' : error === undefined ? 'Nothing was decided in this time that matches.' : ''}
      </p>
    );
  return (
    <>
      <p class="hint" role="status">
        {next === undefined
          ? counted(events.length, 'decision')
          : `The newest ${counted(events.length, 'decision')}`}
      </p>
      <EventTable events={events} label="Decisions" />
      {next === undefined ? null : (
        <div class="actions">
          <button type="button" aria-disabled={more === undefined} onClick={more}>
            {loading ? 'Loading…' : 'Show older ones'}
          </button>
        </div>
      )}
    </>
  );
}
