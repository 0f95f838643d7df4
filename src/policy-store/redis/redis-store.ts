import type { RedisStoreOptions } from './parts.ts';
import { assemble } from './parts.ts';
import type { RedisStoreParts } from './parts.ts';
import { unavailable } from './connections.ts';
import { following, loading } from './follow.ts';
import { createKept } from './kept-lists.ts';
import { createPacker } from './packer.ts';
import {
  listChanges,
  readChange,
  readHead,
  revocationRecord,
  scopeDetail,
  scopeRecords,
  wholeChange,
} from './read.ts';
import { receiptByKey, writeChange } from './write.ts';
import { createTurns } from '../in-turn.ts';
import type { Store } from '../store.ts';

export type { RedisStoreOptions } from './parts.ts';

/** Reads and writes of the admins; each fails as `unavailable` where Redis cannot be asked. */
function administering(
  parts: RedisStoreParts,
): Pick<
  Store,
  'change' | 'receipt' | 'scopes' | 'scope' | 'revocations' | 'changes' | 'changeAt' | 'replicas'
> {
  const { connections, keys, replica, replicas, lineage, pulse, options, feeds } = parts;
  const { commands: client } = connections;
  const kept = createKept();
  const inTurn = createTurns();
  const { receiptTimeoutMs = 1000 } = options.redis;
  const waitMs = (): number => (feeds.size === 0 ? 0 : receiptTimeoutMs); // where nothing is served there is nothing to wait for
  const { followers } = pulse;
  const write = { connections, keys, replica, replicas, lineage, inTurn, waitMs, followers };
  const ask = async <T>(work: () => Promise<T>): Promise<T> => {
    await connections.attempted;
    if (!connections.isReady()) throw unavailable(new Error(connections.problem()));
    return work().catch((error: unknown) => {
      throw unavailable(error);
    });
  };
  const revision = async (): Promise<number> => (await readHead(client, keys))?.revision ?? 0;
  return {
    change: (draft) => writeChange(write, draft),
    receipt: (key) => ask(() => receiptByKey(write, key)),
    scopes: () => ask(async () => ({ revision: await revision(), scopes: await scopeRecords(client, keys) })),
    scope: (scope) =>
      ask(async () => ({ revision: await revision(), ...(await scopeDetail(client, keys, scope, kept)) })),
    revocations: () =>
      ask(async () => ({ revision: await revision(), record: await revocationRecord(client, keys) })),
    changes: (query) => ask(() => listChanges(client, keys, query)),
    changeAt: (at) =>
      ask(async () => {
        const entry = await readChange(client, keys, at);
        return entry && wholeChange(client, keys, entry.change);
      }),
    replicas: () => ask(replicas.list),
  };
}

async function close({
  connections,
  feeds,
  pulse,
  snapshots,
  replicas,
  replica,
}: RedisStoreParts): Promise<void> {
  pulse.close();
  for (const feed of feeds) feed.stop();
  // With a local copy a new start may grant while Redis is away: the others go on counting this gateway until then.
  const leaves = snapshots === undefined && connections.isReady();
  if (leaves) await replicas.forget([replica]).catch(() => undefined);
  await snapshots?.close();
  connections.close();
}

/** The policy in Redis, for any number of gateways. Connects in the background, and again whenever it has to. */
export function createRedisStore(options: RedisStoreOptions): Store {
  const parts = assemble(options);
  const { connections, keys, lineage, pulse, replicas, snapshots, origins } = parts;
  const packer = createPacker(connections.commands, keys);
  let closing: Promise<void> | undefined;
  return {
    kind: 'redis',
    ...administering(parts),
    load: loading(parts),
    follow: following(parts),
    serving(position, policy) {
      lineage.note(position);
      replicas.serves(position, origins.get(position.changeId));
      origins.delete(position.changeId);
      snapshots?.keep(policy, position);
      packer.consider(policy, position);
    },
    status() {
      if (!connections.isReady()) return { state: 'down', detail: `Redis: ${connections.problem()}` };
      const problem = pulse.problem();
      if (problem !== undefined)
        return { state: 'degraded', detail: `Redis does not confirm the policy: ${problem}` };
      return { state: 'up', detail: `Redis answers, revision ${String(lineage.highest())}` };
    },
    close() {
      packer.close();
      return (closing ??= close(parts));
    },
  };
}
