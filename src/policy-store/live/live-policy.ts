import type { PolicyView } from '../../policy/policy.ts';
import { createLiveState } from './live-state.ts';
import type { LiveState } from './live-state.ts';
import type { StoreLog } from '../log.ts';
import { createRefresh } from './refresh.ts';
import type { Position } from '../../changes/change.ts';
import type { ServedStore } from '../store.ts';

export interface LivePolicyOptions {
  readonly store: ServedStore;
  /** For so long after it was last confirmed a policy may be used. */
  readonly maxStalenessSeconds: () => number;
  readonly log: StoreLog;
  /** Unix milliseconds. */
  readonly now: () => number;
}

export interface LiveStatus {
  readonly state: 'up' | 'stale' | 'down' | 'loading';
  readonly detail: string;
  readonly revision: number;
  /** Seconds since the policy was last confirmed; undefined before the first one. */
  readonly ageSeconds: number | undefined;
  readonly scopes: number;
  /** Records that could not be read and grant nothing. */
  readonly unreadable: readonly { readonly scope: string; readonly why: string }[];
  /** How often the history was not the one that was followed, and why the last time. */
  readonly lineageAlarms: number;
  readonly lastAlarm: string | undefined;
}

export interface LivePolicy {
  start(): void;
  /** What decisions may use at a time (Unix ms). */
  view(nowMs: number): PolicyView;
  position(): Position | undefined;
  /** Hears of every revision that is served from then on. */
  subscribe(listener: (revision: number) => void): () => void;
  /** True once the revision is served here, false if it is not in time. */
  reached(revision: number, timeoutMs: number): Promise<boolean>;
  status(): LiveStatus;
  close(): void;
}

function describe(live: LiveState, state: LiveStatus['state'], store: ServedStore): string {
  const problem = live.problem() ?? store.status().detail;
  if (state === 'up') return `revision ${String(live.position()?.revision ?? 0)}, confirmed`;
  if (state === 'loading') return `no policy yet: ${problem}`;
  return `the last good policy serves while it may: ${problem}`;
}

function stateOf(view: PolicyView): LiveStatus['state'] {
  if (!view.known) return view.why === 'not-loaded' ? 'loading' : 'down';
  return view.staleSeconds === 0 ? 'up' : 'stale';
}

/**
 * The policy in memory: loaded, followed, swapped whole; the last good one stays while the store cannot be asked.
 *
 * Never rejects: a store that is away is tried again, with a growing pause of at most five seconds.
 */
export function createLivePolicy(options: LivePolicyOptions): LivePolicy {
  const { store, now } = options;
  const live = createLiveState(options);
  const refresh = createRefresh(store, live, options);
  return {
    start: refresh.start,
    view: live.view,
    position: live.position,
    subscribe: live.subscribe,
    reached: live.reached,
    status() {
      const state = stateOf(live.view(now()));
      const ageMs = live.ageMs(now());
      return {
        state,
        detail: describe(live, state, store),
        revision: live.position()?.revision ?? 0,
        ageSeconds: ageMs === undefined ? undefined : ageMs / 1000,
        scopes: live.scopes(),
        ...live.alarms(),
      };
    },
    close: refresh.close,
  };
}
