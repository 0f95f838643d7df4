import type { VerifyKey } from './key.ts';
import { createKeyFetcher, type KeyFetcher } from './jwks-fetch.ts';
import { keysText } from './key-set.ts';
import type { KeptKeys, KeyLog, RemoteKeys, SourceKind, SourceState } from './key-source.ts';
import type { JwksOptions } from './options.ts';

interface State {
  readonly name: string;
  readonly options: JwksOptions;
  readonly log: KeyLog;
  readonly fetcher: KeyFetcher;
  last: KeptKeys | undefined;
  /** Set by a timer when the last good set has been kept for as long as it may be. */
  tooOld: boolean;
  failure: string | undefined;
  failuresInARow: number;
  good: number;
  failed: number;
  inFlight: Promise<void> | undefined;
  /** Somebody asked in vain during the cool-down. */
  wanted: boolean;
  askedAtMs: number;
  nextAtMs: number;
  nextTimer: NodeJS.Timeout | undefined;
  keepTimer: NodeJS.Timeout | undefined;
  closed: boolean;
}

const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 10_000;
const MAX_TIMER_MS = 2 ** 31 - 1;

// Ages are measured by the monotonic clock: a clock that is set must neither drop keys nor keep them for ever.
const clock = (): number => performance.now();

/** Where keys are to be had. */
export interface KeyAddress {
  readonly url: string;
  readonly kind: SourceKind;
}

/** Makes a source; nothing is fetched before `start`. */
export function createRemoteKeys(
  at: KeyAddress,
  options: JwksOptions,
  log: KeyLog,
  kept?: KeptKeys,
): RemoteKeys {
  const state = newState(at, options, log, kept);
  if (kept !== undefined) keep(state, kept);
  return {
    url: state.name,
    start: () => void fetchOnce(state),
    current: () => (state.tooOld ? undefined : state.last?.list),
    state: () => stateOf(state),
    detail: () => state.failure ?? keysText(state.last?.list.keys.length ?? 0),
    ageSeconds: () => (state.last === undefined ? undefined : (clock() - state.last.loadedAtMs) / 1000),
    loading: () => (state.last === undefined && state.failure === undefined ? state.inFlight : undefined),
    askNewer: () => askNewer(state),
    fetches: () => ({ good: state.good, failed: state.failed }),
    kept: () => (usable(state) ? state.last : undefined),
    close: () => close(state),
  };
}

function newState(
  { url, kind }: KeyAddress,
  options: JwksOptions,
  log: KeyLog,
  last: KeptKeys | undefined,
): State {
  const fetcher = createKeyFetcher(url, kind, options.timeoutMs);
  // A query may hold a secret: it is not shown.
  const { origin, pathname } = new URL(url);
  return {
    ...{ name: origin + pathname, options, log, last, fetcher },
    ...{ tooOld: false, failure: undefined, failuresInARow: 0, good: 0, failed: 0 },
    ...{ inFlight: undefined, wanted: false, askedAtMs: -Infinity, nextAtMs: Infinity },
    ...{ nextTimer: undefined, keepTimer: undefined, closed: false },
  };
}

function usable(state: State): boolean {
  return state.last !== undefined && !state.tooOld;
}

function stateOf(state: State): SourceState {
  if (usable(state)) return state.failure === undefined ? 'up' : 'stale';
  return state.failure === undefined && state.last === undefined ? 'loading' : 'down';
}

function fetchOnce(state: State): Promise<void> {
  if (state.closed) return Promise.resolve();
  state.inFlight ??= run(state).finally(() => {
    state.inFlight = undefined;
  });
  return state.inFlight;
}

async function run(state: State): Promise<void> {
  clearTimeout(state.nextTimer);
  state.nextAtMs = Infinity;
  if (state.wanted) state.askedAtMs = clock();
  state.wanted = false;
  try {
    const known = new Map((state.last?.list.keys ?? []).map((key) => [key.fingerprint, key]));
    accept(state, await state.fetcher.fetch(known));
  } catch (error) {
    refuse(state, error instanceof Error ? error.message : 'it could not be asked');
  }
}

function accept(state: State, keys: readonly VerifyKey[]): void {
  if (state.closed) return;
  const before = state.last?.list;
  const members = new Set(keys);
  const same = before?.members.size === members.size && keys.every((key) => before.members.has(key));
  if (!same || state.failure !== undefined)
    state.log.info({ url: state.name, keys: members.size }, 'keys loaded');
  state.failure = undefined;
  state.failuresInARow = 0;
  state.good++;
  keep(state, { list: same ? before : { keys, members }, loadedAtMs: clock() });
  fetchIn(state, state.options.refreshSeconds * 1000);
}

function refuse(state: State, why: string): void {
  if (state.closed) return;
  if (state.failure !== why) state.log.warn({ url: state.name, why }, 'keys could not be loaded');
  state.failure = why;
  state.failed++;
  const retryMs = Math.min(FIRST_RETRY_MS * 2 ** state.failuresInARow, MAX_RETRY_MS);
  state.failuresInARow++;
  // With keys in hand there is no hurry, and the cool-down is a promise to the key server.
  fetchIn(state, usable(state) ? Math.max(retryMs, state.options.cooldownSeconds * 1000) : retryMs);
}

/** Fetches then, unless a fetch is due before. */
function fetchIn(state: State, delayMs: number): void {
  const atMs = clock() + delayMs;
  if (state.closed || atMs >= state.nextAtMs) return;
  clearTimeout(state.nextTimer);
  state.nextAtMs = atMs;
  state.nextTimer = setTimeout(() => void fetchOnce(state), Math.min(delayMs, MAX_TIMER_MS)).unref();
}

function keep(state: State, kept: KeptKeys): void {
  state.last = kept;
  state.tooOld = false;
  clearTimeout(state.keepTimer);
  const leftMs = kept.loadedAtMs + state.options.keepSeconds * 1000 - clock();
  state.keepTimer = setTimeout(
    () => {
      state.tooOld = true;
      state.log.warn({ url: state.name, why: state.failure }, 'keys are too old to be used');
    },
    Math.min(leftMs, MAX_TIMER_MS),
  ).unref();
}

function askNewer(state: State): Promise<void> | undefined {
  const coolMs = state.askedAtMs + state.options.cooldownSeconds * 1000 - clock();
  if (state.inFlight !== undefined) {
    state.askedAtMs = clock();
    return state.inFlight;
  }
  state.wanted = true;
  if (coolMs <= 0) return fetchOnce(state);
  fetchIn(state, coolMs);
  return undefined;
}

async function close(state: State): Promise<void> {
  state.closed = true;
  clearTimeout(state.nextTimer);
  clearTimeout(state.keepTimer);
  await state.fetcher.close();
  await state.inFlight;
}
