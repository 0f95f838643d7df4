import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { StoreLog } from '../log.ts';
import { createLineage } from './lineage.ts';
import type { Lineage } from './lineage.ts';
import type { RedisOptions } from '../options.ts';
import { connect } from './connections.ts';
import type { RedisConnections } from './connections.ts';
import type { Feed } from './feed.ts';
import { createPulse } from './pulse.ts';
import type { Pulse } from './pulse.ts';
import { keysOf } from './keys.ts';
import type { Keys } from './keys.ts';
import { createReplicas } from './replicas.ts';
import type { ReplicaRegistry } from './replicas.ts';
import { createSnapshotDir } from './snapshot-dir.ts';
import type { SnapshotDir } from './snapshot-dir.ts';

export interface RedisStoreOptions {
  readonly redis: RedisOptions;
  /** How long this gateway grants by a policy that it cannot confirm: for so long the others count it. */
  readonly maxStalenessSeconds: () => number;
  /** What this gateway is configured for, in one word, so that two sites that share a prefix can be told. */
  readonly site?: () => string;
  readonly log: StoreLog;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** Everything that the parts of the store share. */
export interface RedisStoreParts {
  readonly options: RedisStoreOptions;
  readonly connections: RedisConnections;
  readonly keys: Keys;
  readonly replica: string;
  readonly replicas: ReplicaRegistry;
  readonly lineage: Lineage;
  readonly feeds: Set<Feed>;
  readonly pulse: Pulse;
  readonly snapshots: SnapshotDir | undefined;
  /** Who wrote the changes that are being applied. */
  readonly origins: Map<string, string>;
}

/** Puts the parts together, and begins to connect. */
export function assemble(options: RedisStoreOptions): RedisStoreParts {
  const { redis, log, now, maxStalenessSeconds, site = () => '' } = options;
  const { heartbeatMs = 1000 } = redis;
  const connections = connect(redis, log);
  const { commands: client } = connections;
  const keys = keysOf(redis.prefix);
  const replica = `${hostname()}-${String(process.pid)}-${randomBytes(4).toString('hex')}`;
  const outlivesMs = (): number => maxStalenessSeconds() * 1000 + 2 * heartbeatMs + 5000;
  const replicas = createReplicas({ client, keys, replica, outlivesMs, site });
  const feeds = new Set<Feed>();
  return {
    options,
    connections,
    keys,
    replica,
    replicas,
    lineage: createLineage(),
    feeds,
    pulse: createPulse({ client, replicas, feeds, heartbeatMs, log, now }),
    snapshots: redis.snapshotDir === null ? undefined : createSnapshotDir(redis.snapshotDir, log, now),
    origins: new Map(),
  };
}
