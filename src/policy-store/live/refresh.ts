import { performance } from 'node:perf_hooks';
import type { Policy } from '../../policy/policy.ts';
import { compilePolicy } from './compile-policy.ts';
import type { LiveState } from './live-state.ts';
import { createSlicer } from '../slicer.ts';
import type { LoadedPolicy, ServedStore } from '../store.ts';
import type { Position } from '../../changes/change.ts';
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

/** Loads the policy into `live`. */
async function load(store: ServedStore, live: LiveState, now: () => number): Promise<[Policy, Position]> {
  const askedMs = now();
  const loaded = await store.load();
  const late: LoadedPolicy['unreadable'][number][] = [];
  const policy = await compilePolicy(loaded, createSlicer(), (scope, why) => late.push({ scope, why }));
  const fork = forkOf(live.position(), loaded.position);
  if (fork !== undefined) live.fork(fork);
  live.loaded([...loaded.unreadable, ...late]);
  live.confirmed(loaded.confirmedAtMs ?? askedMs);
  live.serve(policy, loaded.position);
  return [policy, loaded.position];
}

/** Applies what the store tells to `live`; resolves when the history is lost, or with `stop`. */
function follow(store: ServedStore, live: LiveState, policy: Policy, position: Position) {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const lost = (why: string): void => {
    live.fork(why);
    end();
  };
  const sink = { serve: live.serve, confirmed: live.confirmed, unreadable: live.refused, lost };
  const unfollow = store.follow(position, createUpdates(policy, position, sink));
  const stop = (): void => {
    unfollow();
    end();
  };
  return { ended, stop };
}

/** Loads and follows, again and again until closed. */
export function createRefresh(store: ServedStore, live: LiveState, { now }: { readonly now: () => number }) {
  const rest = createRest();
  let closed = false;
  let stop = (): void => undefined;

  const once = async (): Promise<void> => {
    const [policy, position] = await load(store, live, now);
    if (closed) return;
    const following = follow(store, live, policy, position);
    stop = following.stop;
    await following.ended;
    stop();
  };
  const run = async (): Promise<void> => {
    for (let pauseMs = RETRY_MS.first; ; pauseMs = Math.min(pauseMs * 2, RETRY_MS.most)) {
      const sinceMs = performance.now();
      await once().catch((error: unknown) => {
        live.failed(error instanceof Error ? error.message : String(error));
      });
      if (closed) return;
      if (performance.now() - sinceMs > 2 * RETRY_MS.most) pauseMs = RETRY_MS.first;
      await rest.forMs(pauseMs * (0.75 + Math.random() / 2));
    }
  };

  return {
    start: (): void => void run(),
    close(): void {
      closed = true;
      rest.stop();
      stop();
    },
  };
}
