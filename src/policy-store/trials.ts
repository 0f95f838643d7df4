import type { Change } from '../changes/change.ts';
import type { Editor } from './editor.ts';
import type { StoreLog } from './log.ts';
import { createOpenTrials } from './open-trials.ts';
import type { Store } from './store.ts';

export interface TrialsOptions {
  readonly store: Pick<Store, 'changes' | 'changeAt' | 'entryAt' | 'scope' | 'scopes'>;
  readonly editor: Pick<Editor, 'lapse'>;
  /** Hears of every revision that is served. */
  readonly subscribe: (listener: (revision: number) => void) => () => void;
  readonly log: StoreLog;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** So often the clock is looked at while a trial is open: it may be set, and a machine may sleep. */
const LOOK_MS = 5_000;
/** A store that was away is asked again. */
const RETRY_MS = 2_000;

/**
 * Takes back changes on trial that nobody confirmed. Every gateway does it, and the store lets it be done once; what
 * ran out while none was running is taken back at the start.
 */
export function createTrials({ store, editor, subscribe, log, now }: TrialsOptions): { close(): void } {
  const openTrials = createOpenTrials(store);
  let timer: NodeJS.Timeout | undefined;
  let [closed, looking, again] = [false, false, false];
  const wait = (ms: number): void => {
    clearTimeout(timer);
    if (!closed) timer = setTimeout(() => void look(), Math.min(LOOK_MS, Math.max(0, ms))).unref();
  };
  const look = async (): Promise<void> => {
    if (looking) return void (again = true);
    [looking, again] = [true, false];
    try {
      const nextMs = await lapseAll(await openTrials(), store, editor, log, now);
      if (nextMs !== undefined) wait(nextMs - now());
    } catch {
      // Whoever cannot read the store now says so elsewhere.
      wait(RETRY_MS);
    } finally {
      looking = false;
    }
    if (again) wait(0);
  };
  const unsubscribe = subscribe(() => wait(0));
  wait(0);
  return {
    close() {
      closed = true;
      clearTimeout(timer);
      unsubscribe();
    },
  };
}

/** Ends all trials whose time is up; when the next one is (Unix ms), or is to be tried again. */
async function lapseAll(
  trials: readonly Change[],
  store: TrialsOptions['store'],
  editor: TrialsOptions['editor'],
  log: StoreLog,
  now: () => number,
): Promise<number | undefined> {
  let nextMs: number | undefined;
  for (const trial of trials) {
    const endMs = Date.parse(trial.trialUntil ?? '');
    const isOver = !(endMs > now());
    const untilMs = isOver ? await lapse(store, editor, log, trial, now) : endMs;
    if (untilMs !== undefined) nextMs = Math.min(nextMs ?? untilMs, untilMs);
  }
  return nextMs;
}

async function lapse(
  store: TrialsOptions['store'],
  editor: TrialsOptions['editor'],
  log: StoreLog,
  trial: Change,
  now: () => number,
): Promise<number | undefined> {
  const { revision, scope, by } = trial;
  const whole = await store.changeAt(revision);
  const outcome = whole === undefined ? undefined : await editor.lapse(whole);
  if (outcome?.ok === true) {
    if (!outcome.repeated) log.info({ revision, scope, by }, 'change on trial lapsed: nobody confirmed it');
    return undefined;
  }
  const code = outcome?.refusal.code;
  if (code === 'unavailable' || code === 'unknown') return now() + RETRY_MS;
  if ((await store.scope(scope as 'platform')).record.revision !== revision) return undefined;
  log.error(
    { revision, scope, why: outcome?.refusal.detail ?? 'its lists are not kept' },
    'change on trial cannot lapse',
  );
  return now() + 30 * RETRY_MS;
}
