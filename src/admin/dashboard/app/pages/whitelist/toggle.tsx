import { useState } from 'preact/hooks';
import { patchSettings } from '../../api/calls.ts';
import type { Scope, WhitelistPage } from '../../api/types.ts';
import { Conflict } from '../../parts/conflict.tsx';
import { Confirm } from '../../parts/dialog.tsx';
import { LazyDetails } from '../../parts/lazy-details.tsx';
import { Foreseen } from '../../parts/foreseen.tsx';
import { Effects, Failure } from '../../parts/message.tsx';
import { Switch } from '../../parts/switch.tsx';
import { counted } from '../../parts/time.tsx';
import { ownAddress } from '../../ranges/effects.ts';
import type { Effect } from '../../ranges/effects.ts';
import { standing, toggleSays } from '../../ranges/settings-in-force.ts';
import type { SettingsInForce } from '../../ranges/settings-in-force.ts';
import { useHolders } from '../../state/holders.ts';
import { useSession } from '../../state/session.tsx';
import type { WhitelistState } from '../../state/whitelist.ts';
import { useWriting, type Writing } from '../../state/write.ts';

interface ToggleProps {
  readonly scope: Scope;
  readonly list: WhitelistState;
  readonly page: WhitelistPage;
  readonly inForce: SettingsInForce;
}

/** *IP whitelisting* with its toggle: says what it does; on at once, off after one question; both with undo. */
export function Toggle({ scope, list, page, inForce }: ToggleProps) {
  const [asking, setAsking] = useState(false);
  const writing = useWriting(scope, page.revision, list.reload);
  const stop = (): void => {
    setAsking(false);
    // What was chosen for the one way does not count for the other.
    writing.trial.choose(false);
  };
  const set = async (enabled: boolean): Promise<void> => {
    const done = { text: `IP whitelisting is ${enabled ? 'on' : 'off'}.` };
    await writing.run((ways) => patchSettings(scope, { enabled }, ways), done);
    stop();
  };
  const whose = scope === 'platform' ? 'every bot’s transcripts' : 'this bot’s transcripts';
  return (
    <section class="card">
      <Switch
        label="IP whitelisting"
        on={page.enabled}
        says={toggleSays(page.enabled, page.total, whose, inForce)}
        busy={writing.busy}
        onToggle={() => (page.enabled ? setAsking(true) : void set(true))}
      />
      <Effects effects={standing(page.enabled, inForce)} />
      {page.enabled ? null : (
        <LazyDetails summary="What switching it on would change">
          {() => <Foreseen scope={scope} changes={{ settings: { enabled: true } }} trial={writing.trial} />}
        </LazyDetails>
      )}
      <Conflict changes={writing.conflict} />
      <Failure error={writing.error} />
      {asking ? (
        <AskOff page={page} inForce={inForce} writing={writing} onYes={() => void set(false)} onNo={stop} />
      ) : null}
    </section>
  );
}

interface AskOffProps {
  readonly page: WhitelistPage;
  readonly inForce: SettingsInForce;
  readonly writing: Writing;
  readonly onYes: () => void;
  readonly onNo: () => void;
}

function AskOff({ page, inForce, writing, onYes, onNo }: AskOffProps) {
  const own = useOwnAddressHeld(page.scope);
  return (
    <Confirm
      title="Switch IP whitelisting off?"
      yes="Switch off"
      no="Keep it on"
      busy={writing.busy}
      onYes={onYes}
      onNo={onNo}
    >
      <p>
        {page.total === 0
          ? 'No range is in the list, so nobody loses access by it.'
          : `${counted(page.total, 'range')} will no longer let anyone in.`}{' '}
        People with bot access still see the transcripts. The list is kept, and you can undo this.
      </p>
      <Effects effects={[...own, ...standing(false, inForce)]} />
      <Foreseen scope={page.scope} changes={{ settings: { enabled: false } }} trial={writing.trial} />
    </Confirm>
  );
}

function useOwnAddressHeld(scope: Scope): Effect[] {
  const mine = ownAddress(useSession().me);
  const held = useHolders(scope, mine);
  if (mine === undefined || held.length === 0) return [];
  return [
    { tone: 'warn', text: `Your own address, ${mine}, is in the list: it would no longer let you in.` },
  ];
}
