import { readInstant } from '../policy/expiry.ts';
import type { FieldError } from '../policy/range.ts';
import type { Change, RangeRecord, SettingsState } from '../changes/change.ts';
import { matcher } from './paging.ts';

/** What kind of change it was. */
export type ChangeKind = 'added' | 'edited' | 'deleted' | 'switched' | 'settings' | 'undo';

/** What a search for changes asks for; what is absent asks for nothing. */
export interface ChangeQuery {
  readonly q?: string;
  readonly by?: string;
  readonly kind?: ChangeKind;
  /** RFC 3339. */
  readonly from?: string;
  readonly to?: string;
}

export interface ChangeSearch {
  /** Whether a change is one of those; where its lists are left out, they are read first. */
  matches(change: Change, whole: () => Promise<Change>): Promise<boolean>;
  /** True where no older change can be one of them. */
  isBefore(change: Change): boolean;
}

/** The clocks of several gateways may differ by so much. */
const CLOCKS_MS = 3_600_000;

/** Makes the search, or names what cannot be asked. */
export function changeSearch(query: ChangeQuery): ChangeSearch | readonly FieldError[] {
  const from = instantOf(query.from);
  const to = instantOf(query.to);
  const errors = [
    ...(from === null ? [{ field: 'from', message: NO_TIME }] : []),
    ...(to === null ? [{ field: 'to', message: NO_TIME }] : []),
  ];
  if (errors.length > 0) return errors;
  const q = query.q?.trim() ?? '';
  const touches = matcher(q);
  return {
    async matches(change, whole) {
      const at = Date.parse(change.at);
      if (at < (from ?? -Infinity) || at >= (to ?? Infinity)) return false;
      if (query.kind !== undefined && !kindsOf(change).has(query.kind)) return false;
      if (!has(`${change.by} ${change.from ?? ''}`, query.by)) return false;
      if (q === '' || has(wordsOf(change), q)) return true;
      const { added, removed } = change.truncated === true ? await whole() : change;
      return [...added, ...removed].some(touches);
    },
    isBefore: (change) => Date.parse(change.at) < (from ?? -Infinity) - CLOCKS_MS,
  };
}

export const NO_TIME = 'must be a time with its offset (RFC 3339), as 2030-01-31T18:00:00Z';

/** Unix milliseconds of a time that may be left out; null where it is none. */
export function instantOf(text: string | undefined): number | null | undefined {
  return text === undefined ? undefined : (readInstant(text) ?? null);
}

function has(text: string, part = ''): boolean {
  return text.toLowerCase().includes(part.trim().toLowerCase());
}

/** A change but for its ranges, as one text. */
function wordsOf({ scope, settings, reason = '' }: Change): string {
  const after = settings === undefined ? [] : changedKeys(settings.before, settings.after);
  return [
    scope,
    reason,
    ...after.map((key) => `${key}: ${String(settings?.after[key] ?? 'inherited')}`),
  ].join('\n');
}

const KEYS = ['enabled', 'mode', 'whenOff', 'requireLogin', 'inheritPlatform'] as const;

function changedKeys(before: SettingsState, after: SettingsState): readonly (typeof KEYS)[number][] {
  return KEYS.filter((key) => before[key] !== after[key]);
}

/** A range that is on both sides under one id was edited. */
function kindsOf(change: Change): ReadonlySet<ChangeKind> {
  const kinds = new Set<ChangeKind>();
  const idsOf = (ranges: readonly RangeRecord[]) => new Set(ranges.map(({ id }) => id));
  const [before, after] = [idsOf(change.removed), idsOf(change.added)];
  const both = [...before].filter((id) => after.has(id)).length;
  if (both > 0) kinds.add('edited');
  if (change.addedCount > both) kinds.add('added');
  if (change.removedCount > both) kinds.add('deleted');
  if (change.reverts !== undefined) kinds.add('undo');
  const changed =
    change.settings === undefined ? [] : changedKeys(change.settings.before, change.settings.after);
  if (changed.includes('enabled')) kinds.add('switched');
  if (changed.some((key) => key !== 'enabled')) kinds.add('settings');
  return kinds;
}
