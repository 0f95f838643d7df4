import { mkdir } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { lockDirectory } from './file-lock.ts';
import { createGate } from './gate.ts';
import { shortened } from './history.ts';
import { openJournal } from './journal.ts';
import type { StoreLog } from './log.ts';
import { imagesOf } from './state.ts';
import { StoreError } from './store.ts';
import type { Change, Follower, Loaded, Position, Receipt, Store } from './store.ts';

export interface FileStoreOptions {
  /** Made where it is missing; nothing else may be kept in it. */
  readonly dir: string;
  readonly log: StoreLog;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** How long an answer waits for this gateway to serve the change. */
  readonly receiptTimeoutMs?: number;
  readonly compactBytes?: number;
}

const CONFIRM_MS = 1000;

type Journal = Awaited<ReturnType<typeof openJournal>>;

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

function load({ state, position }: Journal): Loaded {
  const unreadable: { scope: string; why: string }[] = [];
  return { position: position(), scopes: imagesOf(state.copy(), unreadable), unreadable };
}

/** The answers to questions about what is stored; all of it is in memory. */
function reading({
  state,
  history,
  position,
}: Journal): Pick<Store, 'scopes' | 'scope' | 'changes' | 'changeAt'> {
  return {
    scopes: () => Promise.resolve({ revision: position().revision, scopes: state.scopes() }),
    scope: (scope) => Promise.resolve({ ...state.scope(scope), revision: position().revision }),
    changes({ scope, before, limit }) {
      const fits = history
        .after(0)
        .filter(
          (change) =>
            (before === undefined || change.revision < before) && (scope ?? change.scope) === change.scope,
        );
      return Promise.resolve(fits.slice(-limit).reverse().map(shortened));
    },
    changeAt(revision) {
      const change = history.at(revision);
      return Promise.resolve(change?.truncated === true ? undefined : change);
    },
  };
}

/**
 * The embedded store: a directory with a log of changes and a snapshot, for one gateway.
 *
 * Rejects with `locked` where another gateway owns the directory, `unreadable` where the policy is damaged.
 */
export async function createFileStore(options: FileStoreOptions): Promise<Store> {
  const { dir, log, now, receiptTimeoutMs = 1000, compactBytes = 4 * 1024 * 1024 } = options;
  let broken: StoreError | undefined;
  let closed = false;
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const unlock = await lockDirectory(dir, (why) => {
    broken = new StoreError('locked', `${dir} was taken over: ${why}`);
    log.error({ dir, why }, 'store lock lost');
  });
  const journal = await openJournal({ dir, log, compactBytes, refusal: () => broken }).catch(
    async (error: unknown) => {
      await unlock();
      throw error;
    },
  );
  const followers = createFollowers(journal, (follower) => {
    if (broken === undefined) follower.confirmed(now());
  });
  const timer = setInterval(followers.confirmAll, CONFIRM_MS);
  const serving = createGate();

  const receipt = async (change: Change, repeated: boolean, sinceMs: number): Promise<Receipt> => {
    const served = followers.any() && (await serving.reached(change.revision, receiptTimeoutMs));
    const ms = Math.ceil(performance.now() - sinceMs);
    return { change: shortened(change), live: { replicas: served ? 1 : 0, of: 1, ms }, repeated };
  };

  return {
    kind: 'file',
    ...reading(journal),
    load: () => Promise.resolve(load(journal)),
    follow: followers.follow,
    async change(draft) {
      const sinceMs = performance.now();
      const { change, repeated } = await journal.change(draft, followers.tell);
      return await receipt(change, repeated, sinceMs);
    },
    async receipt(idempotencyKey) {
      const change = journal.history.byKey(idempotencyKey);
      return change && (await receipt(change, true, performance.now()));
    },
    replicas: () =>
      Promise.resolve([{ id: String(process.pid), revision: serving.current(), ageSeconds: 0, self: true }]),
    serving: ({ revision }) => {
      serving.set(revision);
    },
    status: () =>
      broken === undefined
        ? { state: 'up', detail: `embedded store in ${dir}, revision ${String(journal.position().revision)}` }
        : { state: 'down', detail: broken.message },
    async close() {
      clearInterval(timer);
      if (closed) return;
      closed = true;
      await journal.close();
      if (broken === undefined) await unlock();
    },
  };
}
