import { ApiError } from '../api/request.ts';
import type { Forecast, ForecastChanges, Scope } from '../api/types.ts';
import { useForecast, type Foreseeing } from '../state/forecast.ts';
import type { TrialChoice } from '../state/trial.ts';
import { Message, failureText } from './message.tsx';
import { When, amount, counted } from './time.tsx';
import { TrialBox } from './trial-box.tsx';

interface ForeseenProps {
  readonly scope: Scope;
  readonly changes: ForecastChanges;
  /** Whether the change is made on trial can be chosen below. */
  readonly trial?: TrialChoice;
}

/** What a change would have changed of the recorded visits, before it is made; who it would be can be opened. */
export function Foreseen({ scope, changes, trial }: ForeseenProps) {
  const found = useForecast(scope, changes);
  const { forecast } = found;
  return (
    <>
      <div class="foreseen" role="status" aria-busy={!found.isDone}>
        <Says found={found} />
        {forecast === undefined || forecast.groups.length === 0 ? null : (
          <details>
            <summary>Show who</summary>
            <Groups forecast={forecast} />
          </details>
        )}
      </div>
      {trial === undefined ? null : <TrialBox trial={trial} />}
    </>
  );
}

/** Where no record is kept there is nothing to say. */
function Waiting({ error }: Pick<Foreseeing, 'error'>) {
  if (error === undefined) return <p class="hint">Looking what it would have changed…</p>;
  if (error instanceof ApiError && error.status === 404) return null;
  return <Message tone="info">What it would change cannot be said: {failureText(error)}</Message>;
}

/** What would have been first, or is counted of it so far, then what the record does not know. */
export function Says({ found: { forecast, error } }: { readonly found: Foreseeing }) {
  if (forecast === undefined) return <Waiting error={error} />;
  const { says, refused, admitted, judged, countedFrom } = forecast;
  const effects = Number(refused.visits > 0) + Number(admitted.visits > 0);
  const [first, rest] = [says.slice(0, Math.max(1, effects)), says.slice(Math.max(1, effects))];
  return (
    <>
      <Message tone={refused.visits > 0 ? 'warn' : 'info'}>
        {first.join(' ')}
        {judged === 0 || countedFrom !== undefined ? null : (
          <>
            {' '}
            Since <When at={forecast.from} />.
          </>
        )}
      </Message>
      {countedFrom === undefined ? null : (
        <Counting forecast={forecast} countedFrom={countedFrom} error={error} />
      )}
      {rest.map((line) => (
        <p key={line} class="hint">
          {line}
        </p>
      ))}
    </>
  );
}

interface CountingProps extends Pick<Foreseeing, 'error'> {
  readonly forecast: Forecast;
  readonly countedFrom: string;
}

/** How far it is: the newest visits are counted first. */
function Counting({ forecast: { from, to }, countedFrom, error }: CountingProps) {
  const [since, counted, until] = [from, countedFrom, to].map((at) => Date.parse(at));
  const share = ((until ?? 0) - (counted ?? 0)) / Math.max(1, (until ?? 0) - (since ?? 0));
  return (
    <div class="counting">
      <p>
        <strong>Not complete:</strong> the visits since <When at={countedFrom} /> are counted
        {error === undefined ? (
          <>
            ; going on back to <When at={from} />…
          </>
        ) : (
          <>
            , those from <When at={from} /> on are not. {failureText(error)}
          </>
        )}
      </p>
      {error === undefined ? <progress max={1} value={share} aria-label="Visits that are counted" /> : null}
    </div>
  );
}

/** The visits by address, bot and person. */
export function Groups({ forecast }: { readonly forecast: Forecast }) {
  const { groups, groupCount } = forecast;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Who it would be">
      <table class="ranges plain">
        <thead>
          <tr>
            <th scope="col">Would be</th>
            <th scope="col">Visits</th>
            <th scope="col">Address</th>
            <th scope="col">Bot</th>
            <th scope="col">Person</th>
            <th scope="col">Last</th>
            <th scope="col">Reason</th>
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <tr key={JSON.stringify(group)}>
              <td data-label="Would be">{group.effect === 'refused' ? 'refused' : 'let in'}</td>
              <td data-label="Visits">{amount(group.visits)}</td>
              <td data-label="Address">{group.address ?? 'not known'}</td>
              <td data-label="Bot">{group.bot ?? 'none'}</td>
              <td data-label="Person">{group.subject ?? 'not signed in'}</td>
              <td data-label="Last">
                <When at={group.last} />
              </td>
              <td data-label="Reason">
                {group.was === group.becomes ? group.was : `${group.was} → ${group.becomes}`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {groupCount > groups.length ? (
        <p class="hint">… and {counted(groupCount - groups.length, 'more row')}.</p>
      ) : null}
    </div>
  );
}
