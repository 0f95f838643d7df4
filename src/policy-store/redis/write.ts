import { performance } from 'node:perf_hooks';
import { addedTexts, changeText } from './change-text.ts';
import type { RedisConnections } from './connections.ts';
import { isReply, unavailable } from './connections.ts';
import type { Keys } from './keys.ts';
import { readChange, readHead } from './read.ts';
import { stage, type Staged } from './staging.ts';
import { aliveIn, timeMs } from './replicas.ts';
import type { ReplicaRegistry } from './replicas.ts';
import { commitScript, run } from './scripts.ts';
import type { Lineage } from './lineage.ts';
import type { InTurn } from '../in-turn.ts';
import { createSlicer } from '../slicer.ts';
import { lengthOf, START, withoutLists } from '../../changes/log-entry.ts';
import { linked, listsHashOf } from '../change-id.ts';
import { StoreError } from '../store.ts';
import type { Change, Draft } from '../../changes/change.ts';
import type { Receipt } from '../store.ts';

/** Longer changes do not stand in the stream, and are put together outside before they count. */
const INLINE = 500;
const KEPT_CHANGES = 10_000;
const KEY_SECONDS = 86_400;
const LISTS_SECONDS = 30 * 86_400;

export interface WriteOptions {
  readonly connections: RedisConnections;
  readonly keys: Keys;
  readonly replica: string;
  readonly replicas: ReplicaRegistry;
  readonly lineage: Lineage;
  readonly inTurn: InTurn;
  /** How long an answer waits for the gateways to serve the change. */
  readonly waitMs: () => number;
  /** Redis replicas that a write is waited for. */
  readonly followers: () => number;
}

/** What the commit script is asked. */
function request(options: WriteOptions, draft: Draft, change: Change, staged: Staged | undefined) {
  const { keys, lineage, replica } = options;
  const { changeId, previousId, listsHash } = change;
  const names = [
    keys.head,
    keys.scopes,
    keys.scope(draft.scope),
    keys.changes,
    keys.replicas,
    keys.idempotency(draft.idempotencyKey ?? changeId),
    keys.lists(changeId),
    staged?.hash ?? keys.staging(changeId),
    staged?.lists ?? keys.staging(`${changeId}:lists`),
  ];
  const removed = staged ? [] : (draft.revocations ?? draft).removed;
  const added = staged ? [] : addedTexts(draft);
  const args = [
    draft.scope,
    String(draft.expected),
    String(lineage.highest()),
    changeId,
    replica,
    changeText({ ...draft, ...(listsHash !== undefined && { listsHash }) }, staged === undefined),
    draft.settings ? JSON.stringify(draft.settings.after) : '',
    String(KEY_SECONDS),
    String(KEPT_CHANGES),
    String(staged?.size ?? -1),
    String(LISTS_SECONDS),
    previousId,
    String(removed.length),
    ...removed.map(({ id }) => id),
    ...added.flat(),
  ];
  return { names, args };
}

/** Whether a write whose answer failed was carried out: no, or nobody knows. */
function failure(error: unknown): StoreError {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof StoreError || isReply(error) || /enableOfflineQueue/.test(message))
    return unavailable(error);
  return new StoreError('unknown', `Redis did not answer: ${message}`, { cause: error });
}

function refusal(kind: unknown, detail: unknown): StoreError {
  if (kind === 'conflict') return new StoreError('conflict', String(detail));
  if (kind === 'unstaged')
    return new StoreError('unavailable', 'what was staged is gone: nothing was changed');
  const why =
    kind === 'lost' ? 'Redis has lost the policy: restore it' : 'the record of the scope cannot be read';
  return new StoreError('unavailable', `${why}; nothing was changed`);
}

/** The change that was made under a key. */
async function earlier({ connections, keys }: WriteOptions, revision: number): Promise<Change> {
  const entry = await readChange(connections.commands, keys, revision);
  if (entry === undefined)
    throw new StoreError('unavailable', 'the key was used for a change that is not kept any more');
  return entry.change;
}

/** Its receipt; `own` is the change that was just sent, which a client may send twice when its connection breaks. */
async function repeatedReceipt(
  options: WriteOptions,
  revision: number,
  sinceMs: number,
  own?: string,
): Promise<Receipt> {
  const change = await earlier(options, revision);
  const live = await options.replicas.liveNow(revision, sinceMs);
  return { change, live, repeated: change.changeId !== own };
}

/** How many of Redis' own replicas have a write; undefined where it has none, or cannot say. */
async function acknowledged({ connections, followers }: WriteOptions): Promise<number | undefined> {
  const { commands } = connections;
  if (followers() === 0 || commands.isCluster) return undefined; // WAIT has no key to go by in a cluster
  return commands.wait(followers(), 50).catch(() => undefined);
}

async function receiptOf(
  options: WriteOptions,
  whole: Change,
  reply: readonly unknown[],
  sinceMs: number,
): Promise<Receipt> {
  const [, , , replicas, time] = reply;
  const { changeId } = whole;
  const change = lengthOf(whole) > INLINE ? withoutLists(whole) : whole;
  options.lineage.note(change);
  const alive = aliveIn(replicas as string[], timeMs(time as unknown[])).keys();
  const [live, copies] = await Promise.all([
    options.replicas.live(changeId, alive, sinceMs, options.waitMs()),
    acknowledged(options),
  ]);
  return { change, live, repeated: false, ...(copies === undefined ? {} : { acknowledged: copies }) };
}

/** Others may write in between so often before it is given up. */
const TRIES = 50;

interface Committed {
  readonly change: Change;
  readonly reply: readonly unknown[];
}

/** Links the draft to the newest change, and commits it while that is the newest. */
async function commit(
  options: WriteOptions,
  draft: Draft,
  listsHash: string | undefined,
  staged: Staged | undefined,
): Promise<Committed> {
  const { connections, keys, lineage } = options;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { revision, changeId } = (await readHead(connections.commands, keys).catch(fail)) ?? START;
    const before = { revision: Math.max(revision, lineage.highest()), changeId };
    const change = linked(draft, before, listsHash);
    const { names, args } = request(options, draft, change, staged);
    const reply = await run(connections.commands, commitScript, names, args).catch((error: unknown) => {
      throw failure(error);
    });
    if ((reply as unknown[])[0] !== 'moved') return { change, reply: reply as unknown[] };
  }
  throw new StoreError('unavailable', 'others change the policy faster than this change can be made');
}

const fail = (error: unknown): never => {
  throw unavailable(error);
};

/** One atomic write. Rejects with `conflict`, `unavailable` (nothing was changed) or `unknown`. */
export async function writeChange(options: WriteOptions, draft: Draft): Promise<Receipt> {
  const sinceMs = performance.now();
  const { connections } = options;
  await connections.attempted;
  if (!connections.isReady()) throw new StoreError('unavailable', `Redis: ${connections.problem()}`);
  const long = draft.removed.length + draft.added.length > INLINE;
  const staged = long ? await stage(options, draft).catch(fail) : undefined;
  const listsHash = await listsHashOf(draft, createSlicer());
  // One after the other: what is written at once would move on from under each other.
  const { change, reply } = await options.inTurn(() => commit(options, draft, listsHash, staged));
  if (reply[0] === 'done') return receiptOf(options, change, reply, sinceMs);
  if (staged !== undefined) await connections.commands.del(staged.hash, staged.lists).catch(() => undefined);
  if (reply[0] === 'repeated') return repeatedReceipt(options, Number(reply[1]), sinceMs, change.changeId);
  throw refusal(reply[0], reply[1]);
}

/** The receipt of what was made under a key; undefined where nothing was. */
export async function receiptByKey(options: WriteOptions, key: string): Promise<Receipt | undefined> {
  const revision = await options.connections.commands.get(options.keys.idempotency(key));
  return revision === null ? undefined : repeatedReceipt(options, Number(revision), performance.now());
}
