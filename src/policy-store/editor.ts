import type { Scope } from '../policy/reason.ts';
import { compareImport, importRanges, readImport } from '../changes/import.ts';
import type { ImportError, ImportRequest } from '../changes/import.ts';
import { refused } from '../changes/plan.ts';
import { settingsOf } from '../changes/record.ts';
import type {
  ChangeRequest,
  Current,
  Edit,
  EditResult,
  Plan,
  Preview,
  EditRefused,
} from '../changes/plan.ts';
import { addRange, putRange, removeRange } from '../changes/range-edits.ts';
import type { Stamp } from '../changes/range-edits.ts';
import { revertChange } from '../changes/revert.ts';
import { reviewRanges } from '../changes/review.ts';
import type { ReviewRequest } from '../changes/review.ts';
import { patchSettings } from '../changes/settings-edit.ts';
import type { SettingsPatch } from '../changes/settings-edit.ts';
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
    revert: (change, asked) =>
      change.scope === 'revocations'
        ? Promise.resolve(refused({ code: 'conflict', detail: 'A revocation is lifted under /revocations.' }))
        : make(change.scope, revertChange(change), asked),
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

type ScopeRead = { readonly ok: true; readonly current: Current } | EditRefused;

async function loadScope(store: Store, scope: Scope): Promise<ScopeRead> {
  try {
    return { ok: true, current: await store.scope(scope) };
  } catch (error) {
    return storeRefusal(error);
  }
}

async function planned(edit: Edit, current: Current): Promise<Plan | EditRefused> {
  const plan = edit.plan(current);
  return 'ok' in plan ? plan : createSlicer().run(plan);
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
    const { current } = reading;
    const plan = unmet(asked.ifMatch, current) ?? (await planned(edit, current));
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
  return plan.removed.length + plan.added.length === 0 && plan.settings === undefined;
}

/** If-Match: the scope must not have changed since the revision, which must be one of this history. */
function unmet(ifMatch: ChangeRequest['ifMatch'], current: Current): EditRefused | undefined {
  if (ifMatch === undefined || ifMatch === 'any') return undefined;
  const changedAt = current.record.revision;
  if (ifMatch.some((revision) => revision >= changedAt && revision <= current.revision)) return undefined;
  const detail = `The list was changed at revision ${changedAt}, after the one that you named.`;
  return refused({ code: 'precondition-failed', detail });
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
