import type { Change, RangeRecord, ScopeDetail, SettingsState } from './change.ts';
import type { Current, Edit, Plan } from './plan.ts';
import { isAlike } from './range-edits.ts';
import { settingsOf } from './record.ts';
import { changedKeys } from './settings-edit.ts';

/** A list and its settings, as they were at some time. */
export interface ScopeState {
  readonly settings: SettingsState;
  readonly ranges: ReadonlyMap<string, RangeRecord>;
}

export function stateOf({ record, ranges }: ScopeDetail): ScopeState {
  return { settings: settingsOf(record), ranges: new Map(ranges.map((range) => [range.id, range])) };
}

/** A scope before a change of it. */
export function before({ settings, ranges }: ScopeState, change: Change): ScopeState {
  const earlier = new Map(ranges);
  for (const { id } of change.added) earlier.delete(id);
  for (const range of change.removed) earlier.set(range.id, range);
  return { settings: change.settings?.before ?? settings, ranges: earlier };
}

function isIn(range: RangeRecord, { ranges }: ScopeState): boolean {
  const other = ranges.get(range.id);
  return other !== undefined && isAlike(other, range);
}

/** What makes one state of the other. */
export function differenceOf(from: ScopeState, to: ScopeState): Plan {
  const settings = { before: from.settings, after: to.settings };
  return {
    ok: true,
    removed: [...from.ranges.values()].filter((range) => !isIn(range, to)),
    added: [...to.ranges.values()].filter((range) => !isIn(range, from)),
    ...(changedKeys(settings.before, settings.after).length > 0 && { settings }),
  };
}

/** Brings a list, with its settings, back to a state that it had. */
export function restoreTo(state: ScopeState): Edit {
  return {
    plan: (current: Current) => differenceOf(stateOf(current), state),
    isSame: ({ added, removed }) =>
      added.every((range) => isIn(range, state)) && !removed.some((range) => isIn(range, state)),
  };
}
