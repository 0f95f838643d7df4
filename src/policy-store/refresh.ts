import { performance } from 'node:perf_hooks';
import type { Policy } from '../policy/policy.ts';
import { compilePolicy } from './compile-policy.ts';
import type { LiveState } from './live-state.ts';
import { createSlicer } from './slicer.ts';
import type { Position, Store } from './store.ts';
import { createUpdates } from './updates.ts';

const RETRY_MS = { first: 100, most: 5000 };

/** Waits, and no longer once it is stopped. */
function createRest() {
  let wake = (): void => undefined;
  return {
    forMs: (ms: number): Promise<void> =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    stop: (): void => {
      wake();
    },
  };
}

/** Why what was loaded is not what comes after the policy that is served; undefined where it may be. */
function forkOf(from: Position | undefined, to: Position): string | undefined {
  if (from === undefined || to.revision > from.revision) return undefined;
  if (to.revision === from.revision && to.changeId === from.changeId) return undefined;
  return `revision ${String(from.revision)} was served, the store has another history up to ${String(to.revision)}`;
}

/** Loads the policy into `live` and follows the store, again and again until closed. */
export function createRefresh(store: Store, live: LiveState, { now }: { readonly now: () => number }) {
  const rest = createRest();
  let closed = false;
  let unfollow = (): void => undefined;

  const load = async (): Promise<[Policy, Position]> => {
    const askedMs = now();
    const loaded = await store.load();
    const policy = await compilePolicy(loaded, createSlicer());
    const fork = forkOf(live.position(), loaded.position);
    if (fork !== undefined) live.fork(fork);
    live.loaded(loaded.unreadable);
    live.confirmed(loaded.confirmedAtMs ?? askedMs);
    live.serve(policy, loaded.position);
    return [policy, loaded.position];
  };

  const follow = (policy: Policy, position: Position): Promise<void> =>
    new Promise((resolve) => {
      const lost = (why: string): void => {
        live.fork(why);
        resolve();
      };
      const sink = { serve: live.serve, confirmed: live.confirmed, unreadable: live.refused, lost };
      const stop = store.follow(position, createUpdates(policy, position, sink));
      unfollow = () => {
        stop();
        resolve();
      };
    });

  const run = async (): Promise<void> => {
    let pauseMs = RETRY_MS.first;
    for (;;) {
      try {
        const [policy, position] = await load();
        const sinceMs = performance.now();
        if (!closed) await follow(policy, position);
        unfollow();
        if (performance.now() - sinceMs > RETRY_MS.most) pauseMs = RETRY_MS.first;
      } catch (error) {
        live.failed(error instanceof Error ? error.message : String(error));
      }
      if (closed) return;
      await rest.forMs(pauseMs * (0.75 + Math.random() / 2));
      pauseMs = Math.min(pauseMs * 2, RETRY_MS.most);
    }
  };

  return {
    start: (): void => void run(),
    close(): void {
      closed = true;
      rest.stop();
      unfollow();
    },
  };
}
