import { useState } from 'preact/hooks';
import { patchSettings } from '../../api/calls.ts';
import type { Scope, WhitelistPage } from '../../api/types.ts';
import { Conflict } from '../../parts/conflict.tsx';
import { Confirm } from '../../parts/dialog.tsx';
import { Failure, Message } from '../../parts/message.tsx';
import { Switch } from '../../parts/switch.tsx';
import { counted } from '../../parts/time.tsx';
import { effectsOfRemoval, ownAddress } from '../../ranges/effects.ts';
import { useHolders } from '../../state/holders.ts';
import { useSession } from '../../state/session.tsx';
import type { WhitelistState } from '../../state/whitelist.ts';
import { useWriting } from '../../state/write.ts';

interface ToggleProps {
  readonly scope: Scope;
  readonly list: WhitelistState;
  readonly page: WhitelistPage;
}

/** *IP whitelisting* with its toggle: says what it does; on at once, off after one question; both with undo. */
export function Toggle({ scope, list, page }: ToggleProps) {
  const [asking, setAsking] = useState(false);
  const writing = useWriting(scope, page.revision, list.reload);
  const set = async (enabled: boolean): Promise<void> => {
    const done = { text: `IP whitelisting is ${enabled ? 'on' : 'off'}.` };
    await writing.run((revision) => patchSettings(scope, { enabled }, revision), done);
    setAsking(false);
  };
  return (
    <section class="card">
      <Switch
        label="IP whitelisting"
        on={page.enabled}
        says={saysOf(page, scope)}
        busy={writing.busy}
        onToggle={() => (page.enabled ? setAsking(true) : void set(true))}
      />
      <Conflict changes={writing.conflict} />
      <Failure error={writing.error} />
      {asking ? (
        <Confirm
          title="Switch IP whitelisting off?"
          yes="Switch off"
          no="Keep it on"
          busy={writing.busy}
          onYes={() => void set(false)}
          onNo={() => setAsking(false)}
        >
          <OffEffects scope={scope} page={page} />
        </Confirm>
      ) : null}
    </section>
  );
}

function saysOf(page: WhitelistPage, scope: Scope): string {
  const what = scope === 'platform' ? 'every bot’s transcripts' : 'this bot’s transcripts';
  if (!page.enabled) return `Off: no address in this list lets anyone see ${what}. The list is kept.`;
  const login = page.requireLogin === true ? 'once signed in' : 'without login';
  if (page.total === 0) return `On, but the list is empty: no address lets anyone in yet.`;
  return `On: anyone at these addresses sees ${what}, ${login}.`;
}

function OffEffects({ scope, page }: { readonly scope: Scope; readonly page: WhitelistPage }) {
  const { me } = useSession();
  const holders = useHolders(scope, ownAddress(me));
  const open = page.whenOff === 'anyone';
  return (
    <>
      <p>
        {counted(page.total, 'range')} will no longer let anyone in. People with bot access still see the
        transcripts. The list is kept, and you can undo this.
      </p>
      {open ? (
        <Message tone="bad">
          “When off” is set to anyone: once this is off, everyone who has a link sees it.
        </Message>
      ) : null}
      {holders.slice(0, 1).flatMap((held) =>
        effectsOfRemoval(held, [], me).map((effect) => (
          <Message key={effect.text} tone={effect.tone}>
            {effect.text}
          </Message>
        )),
      )}
    </>
  );
}
