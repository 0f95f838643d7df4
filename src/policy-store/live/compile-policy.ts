import { NO_REVOCATIONS, changeRevocations } from '../../policy/revocation.ts';
import type { Policy, ScopePolicy } from '../../policy/policy.ts';
import type { Scope } from '../../policy/reason.ts';
import { EMPTY, applyingDelta } from '../../policy/whitelist.ts';
import type { CompactRange, Whitelist } from '../../policy/whitelist.ts';
import { OFF, compact } from '../../changes/record.ts';
import type { Plan } from '../../changes/plan.ts';
import { createSlicer, type Slicer } from '../slicer.ts';
import type { Change, RangeRecord, SettingsState } from '../../changes/change.ts';
import type { LoadedPolicy } from '../store.ts';

/** Words that short lists share: an array of its own costs two hundred bytes beside its numbers. */
const SHELF = 32_768;

/** Puts the columns of short lists side by side into a few large arrays. */
function createShelf() {
  let shelf = new Uint32Array(0);
  let used = 0;
  return (list: Whitelist): Whitelist => {
    const { length } = list.columns;
    if (length === 0 || length > SHELF / 8) return list;
    if (used + length > shelf.length) [shelf, used] = [new Uint32Array(SHELF), 0];
    shelf.set(list.columns, used);
    used += length;
    const { size, segments, index } = list;
    return { size, columns: shelf.subarray(used - length, used), segments, index };
  };
}

/** A scope as it is kept: written so that an unset key takes no room, which thousands of bots would pay for. */
function scopePolicy(settings: SettingsState, whitelist: Whitelist): ScopePolicy {
  return Object.assign({ enabled: settings.enabled, whitelist }, settings, { whitelist });
}

/** Compiles all that a store has; ranges of later changes that cannot be read are refused one by one. */
export async function compilePolicy(
  loaded: LoadedPolicy,
  slicer: Slicer,
  refuse: (scope: string, why: string) => void,
): Promise<Policy> {
  const scopes = new Map<Scope, ScopePolicy>();
  const shelved = createShelf();
  await slicer.rest();
  for (const { scope, settings, compile } of loaded.scopes) {
    scopes.set(scope, scopePolicy(settings, shelved(await slicer.run(compile()))));
    await slicer.pause();
  }
  const revocations =
    loaded.revocations === 'unknown' ? 'unknown' : changeRevocations(NO_REVOCATIONS, [], loaded.revocations);
  let policy: Policy = { revision: loaded.position.revision, scopes, revocations };
  for (const change of loaded.since ?? []) {
    policy = await changePolicy(policy, change, slicer, (why) => {
      refuse(change.scope, why);
    });
  }
  return policy;
}

function* readable(
  records: readonly RangeRecord[],
  refuse: (why: string) => void,
): Generator<CompactRange, void> {
  for (const record of records) {
    const read = compact(record);
    if (typeof read === 'string') refuse(read);
    else yield read;
  }
}

/** The policy after a change of what was taken back; what cannot be known stays so until all is read again. */
function takeBack(policy: Policy, { revision, revocations }: Difference): Policy {
  const { revocations: before } = policy;
  if (before === 'unknown' || revocations === undefined) return { ...policy, revision };
  return {
    ...policy,
    revision,
    revocations: changeRevocations(before, revocations.removed, revocations.added),
  };
}

/** The policy as it would be after a change that nobody made. */
export function draftPolicy(policy: Policy, scope: Scope, plan: Plan): Promise<Policy> {
  const { removed, added, settings } = plan;
  const change = { scope, revision: policy.revision, removed, added, ...(settings && { settings }) };
  return changePolicy(policy, change, createSlicer(), () => undefined);
}

type Difference = Pick<Change, 'scope' | 'revision' | 'removed' | 'added' | 'settings' | 'revocations'>;

/** The policy after a change; ranges that cannot be read are refused one by one. */
export async function changePolicy(
  policy: Policy,
  change: Difference,
  slicer: Slicer,
  refuse: (why: string) => void,
): Promise<Policy> {
  slicer.begin();
  if (change.scope === 'revocations') return takeBack(policy, change);
  const before = policy.scopes.get(change.scope) ?? { ...OFF, whitelist: EMPTY };
  const removed = change.removed.map(({ id }) => id);
  const work = applyingDelta(before.whitelist, removed, readable(change.added, refuse));
  const unchanged = removed.length === 0 && change.added.length === 0;
  const whitelist = unchanged ? before.whitelist : await slicer.run(work);
  const scopes = new Map(policy.scopes);
  scopes.set(
    change.scope,
    change.settings ? scopePolicy(change.settings.after, whitelist) : { ...before, whitelist },
  );
  return { ...policy, revision: change.revision, scopes };
}
