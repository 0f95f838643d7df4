import { liveness, useGateways } from '../state/gateways.tsx';
import { amount } from './time.tsx';

/** "Live on 3 of 3 gateways", and which one is behind for as long as one is. */
export function GatewaysChip() {
  const gateways = useGateways();
  if (gateways.silent) return <Silent />;
  const at = liveness(gateways);
  if (at === undefined) return null;
  const all = at.live >= at.of;
  const { trouble } = gateways;
  const behind = (gateways.replicas ?? []).filter((replica) => replica.revision < gateways.revision);
  return (
    <div class={all && trouble === undefined ? 'gateways ok' : 'gateways warn'} role="status">
      <span class="dot" aria-hidden="true" /> Live on {at.live} of {at.of}{' '}
      {at.of === 1 ? 'gateway' : 'gateways'}
      {trouble === undefined
        ? null
        : `. The store is ${trouble}: nothing can be changed, and what others serve is not known`}
      {all ? null : (
        <span>
          {'. '}
          {behind.length === 0
            ? 'Not all of them had the last change when it was saved.'
            : behind
                .map(
                  (replica) =>
                    `${replica.id} still serves revision ${amount(replica.revision)} of ${amount(gateways.revision)}, last confirmed ${amount(Math.round(replica.ageSeconds))} s ago`,
                )
                .join('; ')}
        </span>
      )}
    </div>
  );
}

function Silent() {
  return (
    <div class="gateways warn" role="status">
      <span class="dot" aria-hidden="true" /> The gateway or its store does not answer now: on how many
      gateways the newest change is live is not known.
    </div>
  );
}
