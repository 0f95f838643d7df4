import { useState } from 'preact/hooks';
import { patchSettings } from '../../api/calls.ts';
import type { Scope, WhitelistPage } from '../../api/types.ts';
import { Conflict } from '../../parts/conflict.tsx';
import { Confirm } from '../../parts/dialog.tsx';
import { Choice } from '../../parts/field.tsx';
import { Foreseen } from '../../parts/foreseen.tsx';
import { Failure, Message } from '../../parts/message.tsx';
import { useDraft } from '../../state/draft.ts';
import { useSeen } from '../../state/seen.ts';
import { useSession } from '../../state/session.tsx';
import type { WhitelistState } from '../../state/whitelist.ts';
import { useWriting } from '../../state/write.ts';
import { loosens, patchOf, settingChoices, settingOf } from './setting-choices.ts';
import type { Chosen } from './setting-choices.ts';

interface SettingsProps {
  readonly scope: Scope;
  readonly list: WhitelistState;
  readonly page: WhitelistPage;
}

function asText({ mode, requireLogin, inheritPlatform, whenOff }: WhitelistPage): string {
  return JSON.stringify([mode, requireLogin, inheritPlatform, whenOff]);
}

/** What is chosen, and the saving of it. */
function useSettings({ scope, list, page }: SettingsProps) {
  const [chosen, setChosen, clear] = useDraft<Chosen>(`settings ${scope}`, {});
  const patch = patchOf(page, chosen);
  const seen = useSeen(page, asText(page), Object.keys(chosen).length > 0);
  const writing = useWriting(scope, seen.revision, list.reload);
  seen.useShown(writing.conflict);
  const save = async (): Promise<void> => {
    const done = { text: 'Settings saved.' };
    if (await writing.run((ways) => patchSettings(scope, patch, ways), done)) clear();
  };
  return { chosen, setChosen, clear, writing, patch, save };
}

/** Mode, require login, inherit the platform's, when off. What opens more than before is asked once. */
export function SettingsForm(props: SettingsProps) {
  const { chosen, setChosen, clear, writing, patch, save } = useSettings(props);
  const [asking, setAsking] = useState(false);
  const changed = Object.keys(patch).length > 0;
  const warnings = loosens(patch);
  const submit = (): void => {
    if (!changed || writing.busy) return;
    if (warnings.length > 0) setAsking(true);
    else void save();
  };
  const confirmed = (): void => void save().then(() => setAsking(false));
  return (
    <section class="card" aria-labelledby="settings">
      <h2 id="settings">Settings</h2>
      <Choices {...props} chosen={chosen} onChosen={setChosen} />
      {changed ? <Foreseen scope={props.scope} changes={{ settings: patch }} trial={writing.trial} /> : null}
      <SaveBar changed={changed} busy={writing.busy} onSave={submit} onReset={clear} />
      <Conflict changes={writing.conflict} />
      <Failure error={writing.error} />
      {asking ? (
        <Confirm
          title="Save these settings?"
          yes="Save settings"
          busy={writing.busy}
          onYes={confirmed}
          onNo={() => setAsking(false)}
        >
          {warnings.map((warning) => (
            <Message key={warning} tone="warn">
              {warning}
            </Message>
          ))}
        </Confirm>
      ) : null}
    </section>
  );
}

interface ChoicesProps extends SettingsProps {
  readonly chosen: Chosen;
  readonly onChosen: (chosen: Chosen) => void;
}

function Choices({ scope, page, chosen, onChosen }: ChoicesProps) {
  const { me } = useSession();
  const inherited = scope === 'platform' ? me?.defaults : page.inherited;
  return (
    <div class="choices">
      {settingChoices(scope, inherited).map((setting) => (
        <Choice
          key={setting.key}
          legend={setting.name}
          value={chosen[setting.key] ?? settingOf(page, setting.key)}
          options={setting.options}
          onValue={(value) => onChosen({ ...chosen, [setting.key]: value })}
        />
      ))}
    </div>
  );
}

interface SaveBarProps {
  readonly changed: boolean;
  readonly busy: boolean;
  readonly onSave: () => void;
  readonly onReset: () => void;
}

function SaveBar({ changed, busy, onSave, onReset }: SaveBarProps) {
  return (
    <div class="actions">
      <button type="button" class="primary" aria-disabled={!changed || busy} onClick={onSave}>
        {busy ? 'Saving…' : 'Save settings'}
      </button>
      {changed ? (
        <>
          <button type="button" onClick={onReset}>
            Reset
          </button>
          <span class="hint">Not saved yet.</span>
        </>
      ) : null}
    </div>
  );
}
