import type { Inherited, Scope, SettingsPatch, WhitelistPage } from '../../api/types.ts';

export type SettingKey = 'mode' | 'requireLogin' | 'inheritPlatform' | 'whenOff';

export interface SettingChoice {
  readonly key: SettingKey;
  readonly name: string;
  readonly options: readonly { readonly value: string; readonly label: string; readonly hint?: string }[];
}

/** How a stored setting shows: its value, or that it is inherited. */
export function settingOf(page: WhitelistPage, key: SettingKey): string {
  const value = page[key];
  if (value === null) return 'inherit';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return value;
}

/** What an inherited setting is now, as far as it is known. */
export type Above = Partial<Inherited> | undefined;

/** The choices of a scope, in plain words. Inheriting the platform's list is a bot's alone. */
export function settingChoices(scope: Scope, inherited: Above): readonly SettingChoice[] {
  const login = inherited?.requireLogin;
  const asIs = (now: string | null | undefined) => inheritOption(scope, now ?? undefined);
  const choices: SettingChoice[] = [
    { key: 'mode', name: 'Mode', options: [...modeOptions, asIs(inherited?.mode)] },
    {
      key: 'requireLogin',
      name: 'Require login',
      options: [...loginOptions, asIs(login === undefined ? login : login ? 'yes' : 'no')],
    },
    {
      key: 'whenOff',
      name: 'When off',
      options: [...offOptions, asIs(scope === 'platform' ? 'members' : inherited?.whenOff)],
    },
  ];
  if (scope === 'platform') return choices;
  return [
    ...choices,
    { key: 'inheritPlatform', name: 'Inherit the platform’s list', options: inheritOptions },
  ];
}

function inheritOption(scope: Scope, now: string | undefined) {
  const label = scope === 'platform' ? 'As configured' : 'The platform’s';
  if (now !== undefined) return { value: 'inherit', label, hint: `Now: ${now}.` };
  return { value: 'inherit', label, hint: 'Whatever is set for the platform.' };
}

const modeOptions = [
  { value: 'enforce', label: 'Enforce', hint: 'Who may not see a transcript is refused.' },
  {
    value: 'report',
    label: 'Report',
    hint: 'Nobody is refused; what would have been is logged and counted.',
  },
];

const loginOptions = [
  { value: 'no', label: 'No', hint: 'A listed address is enough.' },
  { value: 'yes', label: 'Yes', hint: 'At a listed address one must be signed in too.' },
];

const inheritOptions = [
  { value: 'yes', label: 'Yes', hint: 'Addresses in the platform’s list count for this bot too.' },
  { value: 'no', label: 'No', hint: 'Only this bot’s own list counts.' },
  {
    value: 'inherit',
    label: 'Not set',
    hint: 'The same as yes, unless the platform’s record says otherwise.',
  },
];

const offOptions = [
  { value: 'members', label: 'Members', hint: 'While no list is on, only people with bot access.' },
  { value: 'anyone', label: 'Anyone', hint: 'While no list is on, everyone who has the link.' },
];

/** What was chosen and is not saved yet. */
export type Chosen = Partial<Record<SettingKey, string>>;

/** The part of what was chosen that differs from what is stored. */
export function patchOf(page: WhitelistPage, chosen: Chosen): SettingsPatch {
  const differing = Object.entries(chosen).filter(
    ([key, value]) => value !== settingOf(page, key as SettingKey),
  );
  return Object.fromEntries(differing.map(([key, value]) => [key, storedAs(value)]));
}

function storedAs(value: string): string | boolean | null {
  if (value === 'inherit') return null;
  if (value === 'yes' || value === 'no') return value === 'yes';
  return value;
}

/** What a change of the settings opens to everyone who has a link; empty where nothing. */
export function loosens(patch: SettingsPatch): readonly string[] {
  return [
    ...(patch.mode === 'report'
      ? [
          'In report mode nobody is refused: until it is set back to enforce, everyone who has a link sees the transcripts.',
        ]
      : []),
    ...(patch.whenOff === 'anyone'
      ? [
          'While no list is on, everyone who has a link sees the transcripts, from any address and without login.',
        ]
      : []),
  ];
}
