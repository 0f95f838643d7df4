import type { Scope } from '../policy/reason.ts';
import {
  compareImport,
  importRanges,
  readImport,
  type ImportError,
  type ImportRequest,
} from '../changes/import.ts';
import { changesEdit, type Changes } from '../changes/many-edits.ts';
import { refused } from '../changes/plan.ts';
import { settingsOf } from '../changes/record.ts';
import type {
  ChangeRequest,
  Current,
  Edit,
  EditResult,
  Plan,
  Planned,
  Preview,
  EditRefused,
} from '../changes/plan.ts';
import { addRange, putRange, removeRange, type Stamp } from '../changes/range-edits.ts';
import { heldByTrial } from '../changes/trial.ts';
import { restoreTo, type ScopeState } from '../changes/restore.ts';
import { revertChange } from '../changes/revert.ts';
import { reviewRanges, type ReviewRequest } from '../changes/review.ts';
import { patchSettings, type SettingsPatch } from '../changes/settings-edit.ts';
import { trialOf, undoing } from './undoing.ts';
import { unmet } from './unmet.ts';
import { createSlicer } from './slicer.ts';
import { commit, storeRefusal, repeatOf } from './commit.ts';
import type { Change, RangeRecord } from '../changes/change.ts';
import type { Store } from './store.ts';

export interface EditorOptions {
  readonly store: Store;
  /** What this gateway serves; a change is answered when it is served here. */
  readonly live: { reached(revision: number, timeoutMs: number): Promise<boolean> };
  /** Unix milliseconds. */
  readonly now: () => number;
  /** 16 hex digits, never the same twice. */
  readonly randomId: () => string;
}

export type ImportPreviewResult = { readonly ok: true; readonly errors: readonly ImportError[] } & Preview;

/** Changes of the policy as admins ask for them. Nothing throws but for a defect. */
export interface Editor {
  patch(scope: Scope, patch: SettingsPatch, asked: ChangeRequest): Promise<EditResult>;
  addRange(scope: Scope, input: unknown, asked: ChangeRequest): Promise<EditResult>;
  putRange(scope: Scope, id: string, input: unknown, asked: ChangeRequest): Promise<EditResult>;
  removeRange(scope: Scope, id: string, asked: ChangeRequest): Promise<EditResult>;
  importRanges(scope: Scope, request: ImportRequest, asked: ChangeRequest): Promise<EditResult>;
  /** What an import would do. Nothing is written. */
  previewImport(
    scope: Scope,
    request: ImportRequest,
    asked: ChangeRequest,
  ): Promise<ImportPreviewResult | EditRefused>;
  /** Keeps, shortens or removes ranges of a scope that were looked at, for a reason. */
  review(scope: Scope, wanted: ReviewRequest, asked: ChangeRequest): Promise<EditResult>;
  /** What several edits of a scope would do together. Nothing is written. */
  plan(scope: Scope, changes: Changes, asked: ChangeRequest): Promise<Planned | EditRefused>;
  /** What undoing a change would do now. Nothing is written. */
  planRevert(change: Change): Promise<Planned | EditRefused>;
  /** Brings a scope back to a state that it had. */
  restore(scope: Scope, state: ScopeState, asked: ChangeRequest): Promise<EditResult>;
  /** Makes a change on trial stay; `conflict` where it is on trial no more. */
  confirm(trial: Change, asked: ChangeRequest): Promise<EditResult>;
  /** Takes back a change on trial, once among all gateways. */
  lapse(trial: Change): Promise<EditResult>;
  /** Undoes a change by a new one; `conflict` names what came in between. */
  revert(change: Change, asked: ChangeRequest): Promise<EditResult>;
}

/** How often an edit is planned anew because somebody else was faster. */
const ATTEMPTS = 12;
/** How long an answer waits for this gateway to serve the change; past it the answer's `live` tells. */
const REACHED_TIMEOUT_MS = 5_000;

export function createEditor(options: EditorOptions): Editor {
  const { now, randomId } = options;
  const stamp = (asked: ChangeRequest): Stamp => ({
    at: new Date(now()).toISOString(),
    by: asked.by,
    newId: randomId,
  });
  const make = (scope: Scope, edit: Edit, asked: ChangeRequest): Promise<EditResult> =>
    run(options, scope, edit, asked);
  return {
    patch: (scope, patch, asked) => make(scope, patchSettings(patch), asked),
    addRange: (scope, input, asked) => make(scope, addRange(input, now(), stamp(asked)), asked),
    putRange: (scope, id, input, asked) => make(scope, putRange(id, input, now(), stamp(asked)), asked),
    removeRange: (scope, id, asked) => make(scope, removeRange(id), asked),
    review: (scope, wanted, asked) => make(scope, reviewRanges(wanted, now(), stamp(asked)), asked),
    planRevert: (change) => planOnly(options, change.scope as Scope, revertChange(change)),
    restore: (scope, state, asked) => make(scope, restoreTo(state), asked),
    ...undoing(make),
    plan: (scope, changes, asked) => planOnly(options, scope, changesEdit(changes, now(), stamp(asked))),
    async importRanges(scope, request, asked) {
      const read = await createSlicer().run(readImport(request.entries, now()));
      let preview: Preview | undefined;
      const edit = importRanges(read, request, stamp(asked), (latest) => (preview = latest));
      const outcome = await make(scope, edit, asked);
      return outcome.ok && preview !== undefined ? { ...outcome, preview } : outcome;
    },
    async previewImport(scope, request, asked) {
      const read = await createSlicer().run(readImport(request.entries, now()));
      const current = await loadScope(options.store, scope);
      if (!current.ok) return current;
      const missed = unmet(asked.ifMatch, current.current);
      if (missed !== undefined) return missed;
      const preview = await createSlicer().run(compareImport(read, current.current, request, stamp(asked)));
      return { ok: true, errors: read.errors, ...preview };
    },
  };
}

type ScopeRead =
  { readonly ok: true; readonly current: Current; readonly trial: Change | undefined } | EditRefused;

async function loadScope(store: Store, scope: Scope): Promise<ScopeRead> {
  try {
    const current = await store.scope(scope);
    return { ok: true, current, trial: await trialOf(store, current) };
  } catch (error) {
    return storeRefusal(error);
  }
}

async function planned(edit: Edit, current: Current): Promise<Plan | EditRefused> {
  const plan = edit.plan(current);
  return 'ok' in plan ? plan : createSlicer().run(plan);
}

async function planOnly({ store }: EditorOptions, scope: Scope, edit: Edit): Promise<Planned | EditRefused> {
  const reading = await loadScope(store, scope);
  if (!reading.ok) return reading;
  const plan = await planned(edit, reading.current);
  return plan.ok ? { ok: true, current: reading.current, plan } : plan;
}

/** Plans the edit for the scope as it is, and again where the scope moved on before the store took it. */
async function run(
  options: EditorOptions,
  scope: Scope,
  edit: Edit,
  asked: ChangeRequest,
): Promise<EditResult> {
  const draftKey = asked.idempotencyKey ?? options.randomId();
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const reading = await loadScope(options.store, scope);
    if (!reading.ok) return reading;
    const { current, trial } = reading;
    const plan = heldByTrial(trial, edit) ?? unmet(asked.ifMatch, current) ?? (await planned(edit, current));
    if (!plan.ok || isIdle(plan)) {
      // A repeat finds its own work done: what looks like a refusal is the first answer once more.
      const repeat = await repeatOf(options.store, scope, edit, asked);
      return repeat === undefined
        ? plan.ok
          ? idle(options, current, plan.unchanged)
          : plan
        : answered(options, repeat);
    }
    const at = new Date(options.now()).toISOString();
    const outcome = await commit(options.store, { scope, current, plan, edit, asked, at, key: draftKey });
    if (outcome !== 'conflict') return answered(options, outcome);
  }
  return refused({ code: 'conflict', detail: 'Others are changing this list right now. Try again.' });
}

async function answered(options: EditorOptions, outcome: EditResult): Promise<EditResult> {
  if (!outcome.ok) return outcome;
  await options.live.reached(outcome.revision, REACHED_TIMEOUT_MS);
  const range = outcome.change?.added[0] ?? outcome.change?.removed[0];
  return range === undefined ? outcome : { ...outcome, range };
}

function isIdle(plan: Plan): boolean {
  const { removed, added, settings, confirms } = plan;
  return removed.length + added.length === 0 && settings === undefined && confirms === undefined;
}

async function idle(
  options: EditorOptions,
  current: Current,
  range: RangeRecord | undefined,
): Promise<EditResult> {
  const { revision, record, ranges } = current;
  try {
    const replicas = await options.store.replicas();
    const serving = replicas.filter((replica) => replica.revision >= record.revision).length;
    const live = { replicas: serving, of: replicas.length, ms: 0 };
    const done = { revision, live, settings: settingsOf(record), ranges: ranges.length };
    return { ok: true, repeated: false, ...done, ...(range === undefined ? {} : { range }) };
  } catch (error) {
    return storeRefusal(error);
  }
}
