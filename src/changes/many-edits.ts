import type { RangeRecord, SettingsState } from './change.ts';
import type { Current, Edit, EditRefused, Plan } from './plan.ts';
import { addRange, putRange, removeRange, type Stamp } from './range-edits.ts';
import { settingsOf } from './record.ts';
import { changedKeys, patchSettings, type SettingsPatch } from './settings-edit.ts';
import { sortedAfter, sorting } from './sorted.ts';
import type { Steps } from './steps.ts';

/** Several edits of one scope: of settings, and ranges that go, change or come, in this order. */
export interface Changes {
  readonly settings?: SettingsPatch;
  /** Ids of ranges. */
  readonly remove?: readonly string[];
  readonly put?: readonly { readonly id: string; readonly range: unknown }[];
  readonly add?: readonly unknown[];
}

/** These changes as one edit. */
export function changesEdit({ settings, remove, put, add }: Changes, nowMs: number, by: Stamp): Edit {
  return manyEdits([
    ...(settings === undefined ? [] : [patchSettings(settings)]),
    ...(remove ?? []).map(removeRange),
    ...(put ?? []).map(({ id, range }) => putRange(id, range, nowMs, by)),
    ...(add ?? []).map((range) => addRange(range, nowMs, by)),
  ]);
}

/** Several edits of one scope as one: each sees what those before it did, and all are made, or none. */
export function manyEdits(edits: readonly Edit[]): Edit {
  return {
    *plan(current): Steps<Plan | EditRefused> {
      let now = current;
      for (const edit of edits) {
        const made = edit.plan(now);
        const plan = 'ok' in made ? made : yield* made;
        if (!plan.ok) return plan;
        now = yield* currentAfter(now, plan);
      }
      return planOf(current, now);
    },
    isSame: () => false,
  };
}

/** A scope as it is once a plan is carried out. */
export function* currentAfter(current: Current, plan: Plan): Steps<Current> {
  const { removed, added, settings } = plan;
  const { scope, revision } = current.record;
  const few = sortedAfter(current.ranges, removed, added);
  const ranges = few ?? (yield* sorting(changed(current.ranges, removed, added)));
  const state = settings?.after ?? settingsOf(current.record);
  return { ...current, ranges, record: { scope, revision, ...state, ranges: ranges.length } };
}

function changed(
  ranges: readonly RangeRecord[],
  removed: readonly RangeRecord[],
  added: readonly RangeRecord[],
): readonly RangeRecord[] {
  const gone = new Set(removed.map(({ id }) => id));
  return [...ranges.filter(({ id }) => !gone.has(id)), ...added];
}

/** What makes one state of a scope of another. */
export function planOf(before: Current, after: Pick<Current, 'record' | 'ranges'>): Plan {
  const [old, next] = [new Set(before.ranges), new Set(after.ranges)];
  const settings: { before: SettingsState; after: SettingsState } = {
    before: settingsOf(before.record),
    after: settingsOf(after.record),
  };
  return {
    ok: true,
    removed: before.ranges.filter((range) => !next.has(range)),
    added: after.ranges.filter((range) => !old.has(range)),
    ...(changedKeys(settings.before, settings.after).length > 0 && { settings }),
  };
}
