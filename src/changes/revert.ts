import { quadValue } from '../policy/range.ts';
import type { FieldError } from '../policy/range.ts';
import { refused } from './plan.ts';
import { settingsOf } from './record.ts';
import type { Current, Edit, Plan, EditRefused } from './plan.ts';
import { findSame, isAlike } from './range-edits.ts';
import { changedKeys } from './settings-edit.ts';
import { inSteps } from './steps.ts';
import type { Steps } from './steps.ts';
import type { Change, RangeRecord, SettingsState } from './change.ts';

/** How many obstacles are named. */
const NAMED = 20;

/** Undoes a change by a new one, or says what came in between. */
export function revertChange(change: Change): Edit {
  return {
    *plan(current): Steps<Plan | EditRefused> {
      const obstacles: FieldError[] = [];
      const byId = yield* indexById(current.ranges);
      const leaving = new Set(change.added.map((range) => range.id));
      yield* inSteps(change.added, (range) => addObstacle(obstacles, stillThere(range, byId)));
      yield* inSteps(change.removed, (range) =>
        addObstacle(obstacles, roomFor(range, current, byId, leaving)),
      );
      const settings = undone(change, current, obstacles);
      if (obstacles.length > 0) return inTheWay(change, obstacles);
      return {
        ok: true,
        removed: change.added,
        added: change.removed,
        ...(settings === undefined ? {} : { settings }),
        reverts: change.revision,
      };
    },
    isSame: (earlier) => earlier.reverts === change.revision,
  };
}

function* indexById(ranges: readonly RangeRecord[]): Steps<ReadonlyMap<string, RangeRecord>> {
  const byId = new Map<string, RangeRecord>();
  yield* inSteps(ranges, (range) => void byId.set(range.id, range));
  return byId;
}

function addObstacle(obstacles: FieldError[], message: string | undefined): void {
  if (message !== undefined && obstacles.length < NAMED) obstacles.push({ field: 'ranges', message });
}

function named(range: RangeRecord): string {
  return `${range.start} - ${range.end} (${range.id})`;
}

function stillThere(range: RangeRecord, byId: ReadonlyMap<string, RangeRecord>): string | undefined {
  const now = byId.get(range.id);
  if (now === undefined) return `${named(range)} is not there any more`;
  return isAlike(now, range) ? undefined : `${named(range)} was changed since, to ${now.start} - ${now.end}`;
}

function roomFor(
  range: RangeRecord,
  current: Current,
  byId: ReadonlyMap<string, RangeRecord>,
  leaving: ReadonlySet<string>,
): string | undefined {
  if (byId.has(range.id) && !leaving.has(range.id)) return `${named(range)} is there again already`;
  const ends = { ...range, startValue: quadValue(range.start), endValue: quadValue(range.end) };
  const same = findSame(current.ranges, ends, range.id);
  if (same === undefined || leaving.has(same.id)) return undefined;
  return `${named(range)} was added again since, as ${same.id}`;
}

/** Only the keys that the change set go back; another that was set since stays. */
function undone(change: Change, current: Current, obstacles: FieldError[]): Plan['settings'] {
  if (change.settings === undefined) return undefined;
  const { before, after } = change.settings;
  const now = settingsOf(current.record);
  const keys = changedKeys(before, after);
  for (const key of keys) {
    if (now[key] !== after[key]) {
      obstacles.push({ field: key, message: `was set to ${String(now[key] ?? 'inherit')} since` });
    }
  }
  const kept = Object.entries(now).filter(([key]) => !keys.some((changed) => changed === key));
  const restored = Object.entries(before).filter(([key]) => keys.some((changed) => changed === key));
  const state = Object.fromEntries([...kept, ...restored]) as Partial<SettingsState>;
  return { before: now, after: settingsOf({ ...state, enabled: state.enabled ?? now.enabled }) };
}

function inTheWay(change: Change, obstacles: readonly FieldError[]): EditRefused {
  const detail = `Change ${change.revision} cannot be undone: ${obstacles.map((one) => one.message).join('; ')}.`;
  return refused({ code: 'conflict', detail, errors: obstacles });
}
