import type { Scope } from '../policy/reason.ts';

/**
 * The keys of one site. The braces put them all in one slot of a cluster.
 *
 * A user with no more rights than the gateway needs:
 *
 *     ACL SETUSER gateway on >SECRET resetkeys ~{PREFIX}:* resetchannels -@all
 *       +ping +info +wait +time +client|setname +client|setinfo +hello +select +cluster|slots +cluster|shards
 *       +evalsha +eval +get +set +del +exists +expire +rename +copy
 *       +hget +hmget +hset +hdel +hlen +hgetall +hscan
 *       +xadd +xread +xrange +xrevrange +rpush +lrange
 *
 * `doctor` also asks `+config|get`; without it, it says that it could not look.
 */
export function keysOf(prefix: string) {
  const key = (name: string): string => `{${prefix}}:${name}`;
  return {
    /** Hash: revision and id of the last change. */
    head: key('head'),
    /** Hash: scope → `revision ranges settings`. */
    scopes: key('scopes'),
    /** Hash: range id → the range as text. */
    scope: (scope: Scope): string => key(`scope:${scope}`),
    /** Stream of changes, ids `<revision>-0`: the truth, and the feed. */
    changes: key('changes'),
    /** List: the ranges of a change that is too long for the stream. */
    lists: (changeId: string): string => key(`lists:${changeId}`),
    /** String: the revision that was made under an idempotency key. */
    idempotency: (name: string): string => key(`key:${name}`),
    /** What an import is put together in before it counts. */
    staging: (id: string): string => key(`staging:${id}`),
    /** String: the compiled policy at some revision, for a fast start. */
    pack: key('pack'),
    packing: key('packing'),
    /** Hash: gateway → what it serves. */
    replicas: key('replicas'),
    /** Stream: who serves the changes that one gateway wrote. */
    acks: (replica: string): string => key(`acks:${replica}`),
  };
}

export type Keys = ReturnType<typeof keysOf>;
