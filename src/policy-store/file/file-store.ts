import { mkdir } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { lockDirectory } from './directory-lock.ts';
import { createGate } from '../gate.ts';
import { shortened } from '../../changes/log-entry.ts';
import { openJournal } from './journal.ts';
import type { Journal } from './journal.ts';
import type { StoreLog } from '../log.ts';
import { imagesOf } from './scopes-in-memory.ts';
import { createSlicer } from '../slicer.ts';
import { StoreError } from '../store.ts';
import type { Change, Position } from '../../changes/change.ts';
import type { Follower, LoadedPolicy, Receipt, Store } from '../store.ts';

export interface FileStoreOptions {
  /** Made where it is missing; nothing else may be kept in it. */
  readonly dir: string;
  readonly log: StoreLog;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** How long an answer waits for this gateway to serve the change. */
  readonly receiptTimeoutMs?: number;
  readonly compactBytes?: number;
  /** A lock that was not renewed for so long is a dead owner's (it is renewed each second); at least 2000. */
  readonly lockStaleMs?: number;
}

const CONFIRM_MS = 1000;

/** Those who follow, each told of every change in order. */
function createFollowers(journal: Journal, confirm: (follower: Follower) => void) {
  const followers = new Set<Follower>();
  return {
    any: (): boolean => followers.size > 0,
    tell: (change: Change): void => {
      for (const follower of followers) follower.change(change);
    },
    confirmAll: (): void => {
      for (const follower of followers) confirm(follower);
    },
    follow(from: Position, follower: Follower): () => void {
      const missed = journal.history.after(from.revision);
      const next = missed[0]?.previousId ?? journal.position().changeId;
      const whole = missed.every((change) => change.truncated !== true);
      if (next === from.changeId && whole) {
        for (const change of missed) follower.change(change);
        confirm(follower);
        followers.add(follower);
      } else follower.lost(`revision ${String(from.revision)} is not in this store's history`);
      return () => {
        followers.delete(follower);
      };
    },
  };
}

function load({ state, position }: Journal): LoadedPolicy {
  const unreadable: { scope: string; why: string }[] = [];
  const revocations = state.revocations.record().entries;
  return { position: position(), scopes: imagesOf(state.copy(), unreadable), revocations, unreadable };
}

/** The answers to questions about what is stored; all of it is in memory. */
function reading({
  state,
  history,
  position,
}: Journal): Pick<Store, 'scopes' | 'scope' | 'revocations' | 'changes' | 'entryAt' | 'changeAt'> {
  return {
    scopes: () => Promise.resolve({ revision: position().revision, scopes: state.scopes() }),
    async scope(scope) {
      await state.sort(scope, createSlicer());
      return { ...state.scope(scope), revision: position().revision };
    },
    revocations: () => Promise.resolve({ revision: position().revision, record: state.revocations.record() }),
    changes({ scope, before, limit }) {
      const fits = history
        .after(0)
        .filter(
          (change) =>
            (before === undefined || change.revision < before) && (scope ?? change.scope) === change.scope,
        );
      return Promise.resolve(fits.slice(-limit).reverse().map(shortened));
    },
    entryAt(revision) {
      const change = history.at(revision);
      return Promise.resolve(change && shortened(change));
    },
    changeAt(revision) {
      const change = history.at(revision);
      return Promise.resolve(change?.truncated === true ? undefined : change);
    },
  };
}

/** The directory, its one owner's lock, and whether it is still ours. */
async function own({ dir, log, compactBytes = 4 * 1024 * 1024, lockStaleMs = 4000 }: FileStoreOptions) {
  let broken: StoreError | undefined;
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const unlock = await lockDirectory(dir, lockStaleMs, (why) => {
    broken = new StoreError('locked', `${dir} was taken over: ${why}`);
    log.error({ dir, why }, 'store lock lost');
  });
  const refusal = (): StoreError | undefined => broken;
  const journal = await openJournal({ dir, log, compactBytes, refusal }).catch(async (error: unknown) => {
    await unlock();
    throw error;
  });
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await journal.close();
    if (broken === undefined) await unlock();
  };
  return { journal, refusal, close: (): Promise<void> => (closing ??= close()) };
}

type Followers = ReturnType<typeof createFollowers>;

/** Changes, and how far they are served. */
function writing(
  journal: Journal,
  followers: Followers,
  receiptTimeoutMs: number,
): Pick<Store, 'change' | 'receipt' | 'serving' | 'replicas'> {
  const serving = createGate();
  const receipt = async (change: Change, repeated: boolean, sinceMs: number): Promise<Receipt> => {
    const served = followers.any() && (await serving.reached(change.revision, receiptTimeoutMs));
    const ms = Math.ceil(performance.now() - sinceMs);
    return { change: shortened(change), live: { replicas: served ? 1 : 0, of: 1, ms }, repeated };
  };
  return {
    async change(draft) {
      const sinceMs = performance.now();
      const { change, repeated } = await journal.change(draft, followers.tell);
      return receipt(change, repeated, sinceMs);
    },
    async receipt(idempotencyKey) {
      const change = journal.history.byKey(idempotencyKey);
      return change && receipt(change, true, performance.now());
    },
    serving: ({ revision }) => {
      serving.set(revision);
    },
    replicas: () =>
      Promise.resolve([{ id: String(process.pid), revision: serving.current(), ageSeconds: 0, self: true }]),
  };
}

/**
 * The embedded store: a directory with a log of changes and a snapshot, for one gateway.
 *
 * Rejects with `locked` where another gateway owns the directory, `unreadable` where the policy is damaged.
 */
export async function createFileStore(options: FileStoreOptions): Promise<Store> {
  const { dir, now, receiptTimeoutMs = 1000 } = options;
  const { journal, refusal, close } = await own(options);
  const followers = createFollowers(journal, (follower) => {
    if (refusal() === undefined) follower.confirmed(now());
  });
  const timer = setInterval(followers.confirmAll, CONFIRM_MS);
  return {
    kind: 'file',
    ...reading(journal),
    ...writing(journal, followers, receiptTimeoutMs),
    load: () => Promise.resolve(load(journal)),
    follow: followers.follow,
    status() {
      const broken = refusal();
      if (broken !== undefined) return { state: 'down', detail: broken.message };
      return {
        state: 'up',
        detail: `embedded store in ${dir}, revision ${String(journal.position().revision)}`,
      };
    },
    close() {
      clearInterval(timer);
      return close();
    },
  };
}
