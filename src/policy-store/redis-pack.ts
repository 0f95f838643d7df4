import { performance } from 'node:perf_hooks';
import type { Policy } from '../policy/policy.ts';
import { pack } from './pack.ts';
import type { Keys } from './redis-keys.ts';
import type { Client } from './redis-scripts.ts';
import { createSlicer } from './slicer.ts';
import type { Position } from './store.ts';

/** Smaller policies are read as fast as they are. */
const FROM_RANGES = 20_000;
/** A pack is made anew once so many changes came after it. */
const STALE_CHANGES = 500;
const QUIET_MS = 2000;
const LOCK_SECONDS = 60;

function rangesOf(policy: Policy): number {
  let sum = 0;
  for (const { whitelist } of policy.scopes.values()) sum += whitelist.size;
  return sum;
}

/** Keeps a compiled policy in Redis, so that the next gateway starts fast. One gateway at a time makes it. */
export function createPacker(client: Client, keys: Keys) {
  let timer: NodeJS.Timeout | undefined;
  let packed = -1;
  let at = 0;

  const write = async (policy: Policy, position: Position): Promise<void> => {
    const there = Number((await client.hget(keys.pack, 'revision')) ?? -1);
    packed = there;
    if (position.revision - there < STALE_CHANGES && there > 0 && there <= position.revision) return;
    if ((await client.set(keys.packing, '1', 'EX', LOCK_SECONDS, 'NX')) === null) return;
    const bytes = await pack(policy, position, createSlicer());
    await client.hset(
      keys.pack,
      'revision',
      String(position.revision),
      'id',
      position.changeId,
      'bytes',
      bytes,
    );
    packed = position.revision;
    await client.del(keys.packing);
  };

  return {
    /** A policy that is served now and has no unreadable record: packs it once it is quiet, if it is worth it. */
    consider(policy: Policy, position: Position): void {
      const enough = packed < 0 || position.revision - packed >= STALE_CHANGES || position.revision < packed;
      if (!enough && performance.now() - at < QUIET_MS) return;
      at = performance.now();
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (rangesOf(policy) >= FROM_RANGES) write(policy, position).catch(() => undefined); // the next one tries again
      }, QUIET_MS);
    },
    close: (): void => {
      clearTimeout(timer);
    },
  };
}
