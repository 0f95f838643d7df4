import type { Scope } from '../policy/reason.ts';
import { refused } from '../changes/plan.ts';
import { settingsOf } from '../changes/record.ts';
import type { ChangeRequest, Current, Edit, EditResult, Plan, EditRefused } from '../changes/plan.ts';
import { StoreError } from './store.ts';
import type { Draft } from '../changes/change.ts';
import type { Receipt, Store } from './store.ts';

/** How often a draft is sent again after its answer was lost; its key keeps it from being written twice. */
const RESENDS = 2;

export interface Commit {
  readonly scope: Scope;
  readonly current: Current;
  readonly plan: Plan;
  readonly edit: Edit;
  readonly asked: ChangeRequest;
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly key: string;
}

/** Hands a plan to the store. `conflict`: the scope moved on since it was read. */
export async function commit(store: Store, change: Commit): Promise<EditResult | 'conflict'> {
  const draft = draftOf(change);
  for (let attempt = 0; ; attempt += 1) {
    try {
      const receipt = await store.change(draft);
      return receipt.repeated ? await repeated(store, receipt, change) : done(receipt, change);
    } catch (error) {
      if (error instanceof StoreError && error.code === 'conflict') return 'conflict';
      if (error instanceof StoreError && error.code === 'unknown' && attempt < RESENDS) continue;
      return storeRefusal(error);
    }
  }
}

function draftOf(change: Commit): Draft {
  const { plan, asked } = change;
  return {
    scope: change.scope,
    expected: change.current.record.revision,
    at: change.at,
    by: asked.by,
    ...(asked.from === undefined ? {} : { from: asked.from }),
    ...(plan.settings === undefined ? {} : { settings: plan.settings }),
    removed: plan.removed,
    added: plan.added,
    ...(plan.reverts === undefined ? {} : { reverts: plan.reverts }),
    ...(plan.reason === undefined ? {} : { reason: plan.reason }),
    idempotencyKey: change.key,
  };
}

function done(receipt: Receipt, { current, plan }: Commit): EditResult {
  return {
    ok: true,
    revision: receipt.change.revision,
    live: receipt.live,
    change: receipt.change,
    repeated: false,
    settings: plan.settings?.after ?? settingsOf(current.record),
    ranges: current.ranges.length - plan.removed.length + plan.added.length,
    ...(receipt.acknowledged !== undefined && { acknowledged: receipt.acknowledged }),
  };
}

type Repeat = Pick<Commit, 'scope' | 'edit'>;

/** The first answer once more, where it was to the same question. */
async function repeated(store: Store, receipt: Receipt, { scope, edit }: Repeat): Promise<EditResult> {
  const { change, live } = receipt;
  if (change.scope !== scope || !edit.isSame(change)) {
    const message = 'was used for another change before';
    const detail = `The Idempotency-Key ${message}, revision ${change.revision}.`;
    return refused({ code: 'invalid', detail, errors: [{ field: 'Idempotency-Key', message }] });
  }
  const { record, ranges } = await store.scope(scope);
  const settings = change.settings?.after ?? settingsOf(record);
  return {
    ok: true,
    revision: change.revision,
    live,
    change,
    repeated: true,
    settings,
    ranges: ranges.length,
  };
}

/** The answer to an earlier edit under the same key; undefined where there was none. */
export async function repeatOf(
  store: Store,
  scope: Scope,
  edit: Edit,
  asked: ChangeRequest,
): Promise<EditResult | undefined> {
  if (asked.idempotencyKey === undefined) return undefined;
  try {
    const receipt = await store.receipt(asked.idempotencyKey);
    return receipt === undefined ? undefined : await repeated(store, receipt, { scope, edit });
  } catch (error) {
    return storeRefusal(error);
  }
}

/** What a failing store means for an edit. What is no store's error is a defect, and goes on as one. */
export function storeRefusal(error: unknown): EditRefused {
  if (!(error instanceof StoreError)) throw error;
  if (error.code === 'unknown') {
    const detail = 'The store did not answer in time: the change may have been made or not. Repeat it.';
    return refused({ code: 'unknown', detail });
  }
  return refused({ code: 'unavailable', detail: 'The store cannot be reached: nothing was changed.' });
}
