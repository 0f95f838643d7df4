import type { Inherited, Me, StoredSettings } from '../api/types.ts';
import type { Effect } from './effects.ts';

/** The settings that count for a list; undefined where they are not known yet. */
export interface SettingsInForce {
  readonly mode: StoredSettings['mode'] | undefined;
  readonly whenOff: StoredSettings['whenOff'] | undefined;
  readonly requireLogin: boolean | undefined;
  /** Whether the platform's list, too, lets people in here. */
  readonly platformList: boolean | undefined;
}

/** What is in force for the platform's own list. */
export function inForceOfPlatform(own: StoredSettings, me: Me | undefined): SettingsInForce {
  return {
    mode: own.mode ?? me?.defaults.mode,
    whenOff: own.whenOff ?? 'members',
    requireLogin: own.requireLogin ?? me?.defaults.requireLogin,
    platformList: false,
  };
}

/** What is in force for a bot: its own record's, else what it inherits. */
export function inForceOfBot(own: StoredSettings, above: Inherited | undefined): SettingsInForce {
  const inherits = own.inheritPlatform ?? above?.inheritPlatform ?? true;
  return {
    mode: own.mode ?? above?.mode,
    whenOff: own.whenOff ?? above?.whenOff,
    requireLogin: own.requireLogin ?? above?.requireLogin,
    platformList: inherits ? above?.enabled : false,
  };
}

/** What the toggle does as it stands, in one sentence. */
export function toggleSays(
  enabled: boolean,
  ranges: number,
  whose: string,
  { requireLogin }: SettingsInForce,
): string {
  if (!enabled) return `Off: no address in this list lets anyone see ${whose}. The list is kept.`;
  if (ranges === 0) return 'On, but the list is empty: no address lets anyone in yet.';
  const login =
    requireLogin === undefined
      ? 'without login unless the platform requires it'
      : requireLogin
        ? 'once they are signed in'
        : 'without login';
  return `On: anyone at these addresses sees ${whose}, ${login}.`;
}

/** What else decides who gets in, where it is not what one would think. */
export function standing(enabled: boolean, inForce: SettingsInForce): Effect[] {
  const { mode, whenOff, platformList } = inForce;
  const effects: Effect[] = [];
  if (mode === 'report') {
    effects.push({
      tone: 'bad',
      text: 'Report mode: nobody is refused. What would have been is only logged and counted.',
    });
  }
  if (!enabled && platformList === true) {
    effects.push({
      tone: 'info',
      text: 'The platform’s list is on, and its addresses count for this bot too.',
    });
  }
  if (!enabled && platformList === false && whenOff === 'anyone') {
    effects.push({
      tone: 'bad',
      text: 'No list is on, and “when off” is set to anyone: everyone who has a link sees the transcripts.',
    });
  }
  return effects;
}
