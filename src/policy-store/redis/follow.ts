import { unavailable } from './connections.ts';
import { openFeed } from './feed.ts';
import type { Feed } from './feed.ts';
import { loadPolicy } from './load.ts';
import type { RedisStoreParts } from './parts.ts';
import type { Follower, LoadedPolicy, Store } from '../store.ts';
import type { Position } from '../../changes/change.ts';

/** Loads from Redis; the first time, where that fails, from the local copy. */
export function loading(parts: RedisStoreParts): Store['load'] {
  const { connections, keys, lineage, pulse, options, snapshots } = parts;
  let first = true;
  const fromRedis = async (): Promise<LoadedPolicy> => {
    const ready = await connections.ready(options.redis.connectTimeoutMs);
    if (!ready) throw unavailable(new Error(connections.problem()));
    await pulse.beat(); // others count this gateway before it grants anything
    return loadPolicy(connections.commands, keys, lineage.highest(), options.log);
  };
  return async () => {
    const copy = first ? await snapshots?.read() : undefined;
    first = false;
    if (copy !== undefined) lineage.note(copy.position);
    try {
      const loaded = await fromRedis();
      lineage.note(loaded.position);
      return loaded;
    } catch (error) {
      const failure = unavailable(error);
      if (copy === undefined) throw failure;
      options.log.warn(
        { problem: failure.message, revision: copy.position.revision },
        'policy read from its local copy',
      );
      return copy;
    }
  };
}

/** Tells of changes, each follower by a connection of its own. */
export function following(parts: RedisStoreParts): Store['follow'] {
  const { connections, keys, replica, replicas, lineage, feeds, pulse, snapshots, origins, options } = parts;
  return (from: Position, follower: Follower) => {
    const feed: Feed = openFeed({
      keys,
      replica,
      feed: connections.openFeed(),
      commands: connections.commands,
      from,
      follower: {
        change: follower.change,
        lost: follower.lost,
        confirmed(atMs) {
          replicas.confirmed();
          void snapshots?.confirmed(feed.delivered(), atMs);
          follower.confirmed(atMs);
        },
      },
      onChange(change, origin) {
        lineage.note(change);
        origins.set(change.changeId, origin);
      },
      onAck: replicas.acked,
      onProblem: (problem) => {
        options.log.warn({ problem }, 'changes cannot be read');
      },
    });
    feeds.add(feed);
    pulse.now();
    return () => {
      feeds.delete(feed);
      feed.stop();
    };
  };
}
