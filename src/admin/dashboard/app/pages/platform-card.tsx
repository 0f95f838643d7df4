import { getWhitelist } from '../api/calls.ts';
import { ListState } from '../parts/list-state.tsx';
import { Failure } from '../parts/message.tsx';
import { counted } from '../parts/time.tsx';
import { inForceOfPlatform } from '../ranges/settings-in-force.ts';
import { hrefOf } from '../routes.ts';
import { useGateways } from '../state/gateways.tsx';
import { useLoad } from '../state/load.ts';
import { usePoll } from '../state/poll.ts';
import { useSession } from '../state/session.tsx';

/** The platform's own list, and the way to it. */
export function PlatformCard() {
  const { me } = useSession();
  const { note } = useGateways();
  const { value, error, reload } = useLoad(async () => {
    const page = await getWhitelist('platform', { limit: 1 });
    note({ revision: page.revision });
    return page;
  }, []);
  usePoll(() => void reload(), 5_000);
  return (
    <section class="card link-card" aria-labelledby="platform">
      <div>
        <h2 id="platform">
          <a href={hrefOf({ page: 'whitelist', scope: 'platform' })}>The platform</a>
        </h2>
        <p class="hint">One list for every bot that does not opt out.</p>
      </div>
      {value === undefined ? null : (
        <p class="facts">
          <ListState enabled={value.enabled} /> {counted(value.total, 'range')}
          {inForceOfPlatform(value, me).mode === 'report' ? <span class="tag warn">report mode</span> : null}
        </p>
      )}
      <Failure error={error} />
    </section>
  );
}
