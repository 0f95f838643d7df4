import { getAlerts } from '../api/calls.ts';
import type { AlertList } from '../api/types.ts';
import { Failure } from '../parts/message.tsx';
import { counted, When } from '../parts/time.tsx';
import { useLoad } from '../state/load.ts';
import { usePoll } from '../state/poll.ts';

const shown = 5;
const everyMs = 15_000;

/** The newest alerts; nothing where none are configured. */
export function Alerts() {
  const { value, error, reload } = useLoad(getAlerts, []);
  usePoll(() => void reload(), everyMs);
  if (value === undefined) return <Failure error={error} />;
  if (!value.configured) return null;
  const { alerts, receivers } = value;
  const troubled = receivers.filter(({ gone, waiting, dropped }) => gone || waiting > 0 || dropped > 0);
  return (
    <section class="card" aria-labelledby="alerts">
      <h2 id="alerts">Alerts</h2>
      {alerts.length === 0 ? <p class="empty">None yet.</p> : null}
      <List alerts={alerts.slice(0, shown)} />
      {alerts.length > shown ? (
        <details>
          <summary>{counted(alerts.length - shown, 'older one')}</summary>
          <List alerts={alerts.slice(shown)} />
        </details>
      ) : null}
      {troubled.map(({ receiver, gone, waiting, dropped }) => (
        <p key={receiver} class="hint">
          Receiver {receiver}:{' '}
          {gone
            ? 'it answered that it is gone, and is told of nothing until a reload'
            : `${counted(waiting, 'alert')} wait for it, ${counted(dropped, 'alert')} could not be delivered`}
          .
        </p>
      ))}
    </section>
  );
}

function List({ alerts }: Pick<AlertList, 'alerts'>) {
  return (
    <ul class="alerts">
      {alerts.map(({ id, at, summary }) => (
        <li key={id}>
          {summary}{' '}
          <span class="hint">
            <When at={at} />
          </span>
        </li>
      ))}
    </ul>
  );
}
