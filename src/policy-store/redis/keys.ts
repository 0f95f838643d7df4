import type { ChangeScope } from '../../changes/change.ts';

/**
 * The least that a gateway's ACL user needs, as `ACL SETUSER name on >secret …` takes it. The suite runs with it.
 *
 * `doctor` also asks `CONFIG GET`; without `+config|get` it says that it could not look.
 */
export function redisUser(prefix: string): string {
  const connection = '+ping +info +wait +time +select +client|setname +cluster|slots +cluster|info';
  const scripts = '+evalsha +eval +multi +exec';
  const keys =
    '+get +set +del +exists +expire +rename +copy +incrby +pttl +hget +hmget +hset +hdel +hlen +hgetall +hscan';
  const lists = '+xadd +xread +xrange +xrevrange +rpush +lrange';
  return `resetkeys ~{${prefix}}:* resetchannels -@all ${connection} ${scripts} ${keys} ${lists}`;
}

/** Begins the keys under which a site's gateways count together what they limit. */
export const limitPrefix = (prefix: string, limit: string): string => `{${prefix}}:limit:${limit}`;

/** Stream: sessions that ended, as one gateway saw them pass. */
export const endsKey = (prefix: string): string => `{${prefix}}:session-ends`;

/** Stream: what all gateways decided, in sealed batches; and a hash: what is in it. */
export const activityKeys = (prefix: string) => ({
  stream: `{${prefix}}:activity`,
  head: `{${prefix}}:activity-head`,
});

/** Hash: gateway → what it passed on unguarded. */
export const unguardedKey = (prefix: string): string => `{${prefix}}:unguarded`;

/** Hash: digest of a link's key → when it was first seen; and a string: the secret that digests are made with. */
export const linkSightKeys = (prefix: string) => ({
  sights: `{${prefix}}:links`,
  secret: `{${prefix}}:links-secret`,
});

/** String: the keys that gateways sign with. */
export const keyShelfKey = (prefix: string, name: string): string => `{${prefix}}:${name}`;

/** The keys of one site. The braces put them all in one slot of a cluster. */
export function keysOf(prefix: string) {
  const key = (name: string): string => `{${prefix}}:${name}`;
  return {
    /** Hash: revision and id of the last change. */
    head: key('head'),
    /** Hash: scope → `revision ranges settings`. */
    scopes: key('scopes'),
    /** Hash: range id → the range as text; of `revocations`: id → JSON. */
    scope: (scope: ChangeScope): string => key(`scope:${scope}`),
    /** Stream of changes, ids `<revision>-0`: the truth, and the feed. */
    changes: key('changes'),
    /** List: the ranges of a change that is too long for the stream. */
    lists: (changeId: string): string => key(`lists:${changeId}`),
    /** String: the revision that was made under an idempotency key. */
    idempotency: (name: string): string => key(`key:${name}`),
    /** What an import is put together in before it counts. */
    staging: (id: string): string => key(`staging:${id}`),
    /** Hash: the compiled policy and its revision, for a fast start. */
    pack: key('pack'),
    packing: key('packing'),
    /** Hash: gateway → what it serves. */
    replicas: key('replicas'),
    /** Stream: who serves the changes that one gateway wrote. */
    acks: (replica: string): string => key(`acks:${replica}`),
  };
}

export type Keys = ReturnType<typeof keysOf>;
