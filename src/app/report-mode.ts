import type { Change } from '../changes/change.ts';
import type { ReloadSettings } from '../config/index.ts';
import type { Mode } from '../policy/policy.ts';
import type { Store } from '../policy-store/store.ts';

const PAGE = 100;
/** Entries of the log that are looked through for one scope. */
const MOST = 2_000;

type Reads = Pick<Store, 'scopes' | 'changes'>;

/**
 * Since when scopes are in mode `report` (Unix ms), by their own records; by `defaults`, where the platform's record
 * says nothing, as long as this process knows of it. Rejects where the store cannot be read.
 */
export async function reportingSince(
  store: Reads,
  { policy }: ReloadSettings,
  startedMs: number,
): Promise<ReadonlyMap<string, number>> {
  const { scopes } = await store.scopes();
  const found = new Map<string, number>();
  const saysMode = scopes.some(({ scope, mode }) => scope === 'platform' && mode !== undefined);
  if (policy.defaults.mode === 'report' && !saysMode) found.set('policy.defaults', startedMs);
  for (const { scope, mode } of scopes) {
    if (mode !== 'report') continue;
    const sinceMs = await lastTurned(store, scope, mode);
    if (sinceMs !== undefined) found.set(scope, sinceMs);
  }
  return found;
}

/** When a scope's mode became what it is; where the log does not reach back to it, when the log begins. */
async function lastTurned(store: Reads, scope: Change['scope'], mode: Mode): Promise<number | undefined> {
  let oldest: Change | undefined;
  for (let seen = 0; seen < MOST; seen += PAGE) {
    const before = oldest === undefined ? {} : { before: oldest.revision };
    const page = await store.changes({ scope, limit: PAGE, ...before });
    const turn = page.find(({ settings }) => settings?.after.mode === mode && settings.before.mode !== mode);
    oldest = turn ?? page.at(-1) ?? oldest;
    if (turn !== undefined || page.length < PAGE) break;
  }
  return oldest && Date.parse(oldest.at);
}
