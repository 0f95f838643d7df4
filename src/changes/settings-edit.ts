import type { Mode, StoredSettings, WhenOff } from '../policy/policy.ts';
import { SETTING_KEYS } from './plan.ts';
import { settingsOf } from './record.ts';
import type { Edit } from './plan.ts';
import type { SettingsState } from './change.ts';

/** What to set; null lets the scope inherit the key again. */
export interface SettingsPatch {
  readonly enabled?: boolean;
  readonly mode?: Mode | null;
  readonly whenOff?: WhenOff | null;
  readonly requireLogin?: boolean | null;
  readonly inheritPlatform?: boolean | null;
}

/** Sets a scope's toggle and settings; the list stays. */
export function patchSettings(patch: SettingsPatch): Edit {
  return {
    plan(current) {
      const before = settingsOf(current.record);
      const after = patched(before, patch);
      return {
        ok: true,
        removed: [],
        added: [],
        ...(isEqual(before, after) ? {} : { settings: { before, after } }),
      };
    },
    isSame: (change) => {
      const after = change.settings?.after;
      return (
        after !== undefined &&
        change.addedCount + change.removedCount === 0 &&
        isEqual(after, patched(after, patch))
      );
    },
  };
}

function patched(before: SettingsState, patch: SettingsPatch): SettingsState {
  const after: { -readonly [K in keyof SettingsState]: SettingsState[K] } = { ...before };
  if (patch.enabled !== undefined) after.enabled = patch.enabled;
  if (patch.mode === null) delete after.mode;
  else if (patch.mode !== undefined) after.mode = patch.mode;
  if (patch.whenOff === null) delete after.whenOff;
  else if (patch.whenOff !== undefined) after.whenOff = patch.whenOff;
  if (patch.requireLogin === null) delete after.requireLogin;
  else if (patch.requireLogin !== undefined) after.requireLogin = patch.requireLogin;
  if (patch.inheritPlatform === null) delete after.inheritPlatform;
  else if (patch.inheritPlatform !== undefined) after.inheritPlatform = patch.inheritPlatform;
  return after;
}

function isEqual(a: SettingsState, b: SettingsState): boolean {
  return a.enabled === b.enabled && SETTING_KEYS.every((key) => a[key] === b[key]);
}

/** The keys in which two states differ. */
export function changedKeys(
  before: SettingsState,
  after: SettingsState,
): readonly (keyof StoredSettings | 'enabled')[] {
  return (['enabled', ...SETTING_KEYS] as const).filter((key) => before[key] !== after[key]);
}
