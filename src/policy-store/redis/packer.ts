import type { Policy } from '../../policy/policy.ts';
import { pack } from './pack.ts';
import type { Keys } from './keys.ts';
import type { Client } from './scripts.ts';
import { createSlicer } from '../slicer.ts';
import type { Position } from '../../changes/change.ts';

/** Smaller policies are read as fast as they are. */
const FROM_RANGES = 20_000;
/** A pack is made anew once so many changes came after it. */
const STALE_CHANGES = 500;
const SOON_MS = 2000;
const LOCK_SECONDS = 60;
/** Bytes that one command carries: neither Redis nor a gateway is held up by more. */
const PIECE = 524_288;

function rangesOf(policy: Policy): number {
  let sum = 0;
  for (const { whitelist } of policy.scopes.values()) sum += whitelist.size;
  return sum;
}

/** The bytes of a pack; undefined where another one is put in its place meanwhile. */
export async function readPack(client: Client, keys: Keys): Promise<Buffer | undefined> {
  const bytes = Buffer.alloc(Number((await client.hget(keys.pack, 'bytes')) ?? 0));
  for (let from = 0; from < bytes.length; from += PIECE) {
    const piece = await client.hgetBuffer(keys.pack, String(from));
    if (piece === null) return undefined;
    piece.copy(bytes, from);
  }
  return bytes;
}

/** Keeps a compiled policy in Redis, so that the next gateway starts fast. One gateway at a time makes it. */
export function createPacker(client: Client, keys: Keys) {
  let timer: NodeJS.Timeout | undefined;
  let packed = -1;
  let latest: { policy: Policy; position: Position } | undefined;

  const write = async (policy: Policy, position: Position): Promise<void> => {
    const there = Number((await client.hget(keys.pack, 'revision')) ?? -1);
    packed = there;
    if (position.revision - there < STALE_CHANGES && there > 0 && there <= position.revision) return;
    if ((await client.set(keys.packing, '1', 'EX', LOCK_SECONDS, 'NX')) === null) return;
    const bytes = await pack(policy, position, createSlicer());
    const staging = keys.staging('pack');
    await client.del(staging);
    await client.hset(staging, { revision: position.revision, id: position.changeId, bytes: bytes.length });
    for (let from = 0; from < bytes.length; from += PIECE) {
      await client.hset(staging, String(from), bytes.subarray(from, from + PIECE));
    }
    await client.rename(staging, keys.pack);
    packed = position.revision;
    await client.del(keys.packing);
  };

  return {
    /** Packs what is served, soon, if it is worth it. */
    consider(policy: Policy, position: Position): void {
      const fits = packed >= 0 && position.revision >= packed && position.revision - packed < STALE_CHANGES;
      if (fits || rangesOf(policy) < FROM_RANGES) return;
      latest = { policy, position };
      timer ??= setTimeout(() => {
        timer = undefined;
        if (latest !== undefined) write(latest.policy, latest.position).catch(() => undefined); // the next one tries again
        latest = undefined;
      }, SOON_MS);
    },
    close: (): void => {
      clearTimeout(timer);
    },
  };
}
