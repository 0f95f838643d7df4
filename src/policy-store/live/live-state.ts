import type { Policy, PolicyView } from '../../policy/policy.ts';
import { createGate } from '../gate.ts';
import type { StoreLog } from '../log.ts';
import { createAge, createViews } from './staleness.ts';
import type { Position } from '../../changes/change.ts';
import type { ServedStore } from '../store.ts';

interface Unreadable {
  readonly scope: string;
  readonly why: string;
}

/** This many unreadable records are named in the status; all are in the log. */
const NAMED = 100;

/** What is wrong with the policy that is served, for operators. */
function createTroubles(log: StoreLog) {
  let unreadable: readonly Unreadable[] = [];
  let problem: string | undefined;
  let lineageAlarms = 0;
  let lastAlarm: string | undefined;
  return {
    problem: (): string | undefined => problem,
    /** The store cannot be asked; said once in the log, not at each try. */
    failed(why: string): void {
      if (why !== problem) log.warn({ problem: why }, 'policy could not be loaded');
      problem = why;
    },
    loaded(refused: readonly Unreadable[]): void {
      for (const record of refused) log.error(record, 'policy record refused');
      unreadable = refused.slice(0, NAMED);
      problem = undefined;
    },
    refused(scope: string, why: string): void {
      log.error({ scope, why }, 'policy record refused');
      unreadable = [...unreadable, { scope, why }].slice(-NAMED);
    },
    alarm(why: string, revision: number | undefined): void {
      lineageAlarms += 1;
      lastAlarm = why;
      log.error({ why, revision }, 'policy history is not the one that was followed');
    },
    alarms: () => ({ unreadable, lineageAlarms, lastAlarm }),
  };
}

function createListeners() {
  const listeners = new Set<(revision: number) => void>();
  return {
    tell(revision: number): void {
      for (const listener of listeners) listener(revision);
    },
    subscribe(listener: (revision: number) => void): () => void {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

export interface LiveStateOptions {
  readonly store: ServedStore;
  readonly maxStalenessSeconds: () => number;
  readonly log: StoreLog;
  readonly now: () => number;
}

/** The policy that is served, how old it is, and who waits for the next one. */
export function createLiveState(options: LiveStateOptions) {
  const { store, maxStalenessSeconds, log, now } = options;
  let policy: Policy | undefined;
  let position: Position | undefined;
  let forked = false;
  const age = createAge(now);
  const viewOf = createViews(() => maxStalenessSeconds() * 1000, age.ageMs);
  const gate = createGate();
  const troubles = createTroubles(log);
  const listeners = createListeners();
  return {
    ...troubles,
    position: () => position,
    scopes: () => policy?.scopes.size ?? 0,
    view: (nowMs: number): PolicyView => viewOf(policy, forked, nowMs),
    ageMs: age.ageMs,
    confirmed: age.confirm,
    serve(next: Policy, at: Position): void {
      [policy, position] = [next, at];
      store.serving(at, next);
      gate.set(at.revision);
      listeners.tell(at.revision);
    },
    loaded(refused: readonly Unreadable[]): void {
      forked = false;
      troubles.loaded(refused);
    },
    /** The store's history is not the one that is served here. */
    fork(why: string): void {
      forked = true;
      troubles.alarm(why, position?.revision);
    },
    subscribe: listeners.subscribe,
    reached: gate.reached,
  };
}

export type LiveState = ReturnType<typeof createLiveState>;
