import { performance } from 'node:perf_hooks';
import type { Policy, PolicyView } from '../../policy/policy.ts';

/** A policy that was confirmed within this time counts as live. */
const LIVE_MS = 5000;

/**
 * How long ago something was confirmed, by the clock that says more: the wall clock goes on while a machine sleeps,
 * the monotonic one is not set back.
 */
export function createAge(now: () => number) {
  let wallMs: number | undefined;
  let monotonicMs = 0;
  return {
    confirm(atMs: number): void {
      const agoMs = Math.max(0, now() - atMs);
      if (wallMs !== undefined && performance.now() - agoMs < monotonicMs) return;
      wallMs = atMs;
      monotonicMs = performance.now() - agoMs;
    },
    ageMs: (nowMs: number): number | undefined =>
      wallMs === undefined ? undefined : Math.max(0, nowMs - wallMs, performance.now() - monotonicMs),
  };
}

/** Views of a policy; the one while it is live is made once. */
export function createViews(maxStalenessMs: () => number, ageMs: (nowMs: number) => number | undefined) {
  const notLoaded: PolicyView = { known: false, why: 'not-loaded' };
  let fresh: (PolicyView & { known: true }) | undefined;
  return (policy: Policy | undefined, forked: boolean, nowMs: number): PolicyView => {
    const age = ageMs(nowMs);
    if (policy === undefined || age === undefined) return notLoaded;
    if (age > maxStalenessMs()) return { known: false, why: forked ? 'lineage' : 'stale', policy };
    if (age > LIVE_MS) return { known: true, policy, staleSeconds: Math.floor(age / 1000) };
    if (fresh?.policy !== policy) fresh = { known: true, policy, staleSeconds: 0 };
    return fresh;
  };
}
