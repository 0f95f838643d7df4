import { found, good, unknown } from './diagnosis.ts';
import type { Diagnosis } from './diagnosis.ts';

type Facts = ReadonlyMap<string, string>;

const number = (facts: Facts, name: string): number => Number(facts.get(name) ?? 0);

function version(info: Facts): Diagnosis {
  const text = info.get('valkey_version') ?? info.get('redis_version') ?? '0';
  const name = info.has('valkey_version') ? 'Valkey' : 'Redis';
  if (Number.parseInt(text, 10) >= 6) return good('redis', `${name} ${text}`);
  return found('redis', 'bad', `Redis ${text} is too old`, {
    shows: 'the store does not work',
    mend: 'use Redis 6 or newer, or Valkey',
  });
}

function eviction(info: Facts, settings: Facts): Diagnosis {
  const policy = settings.get('maxmemory-policy') ?? info.get('maxmemory_policy');
  const evicted = number(info, 'evicted_keys');
  const remedy = {
    shows: 'under memory pressure Redis drops the policy: an alarm, then 503 for address grants',
    mend: 'CONFIG SET maxmemory-policy noeviction, in redis.conf too',
  };
  if (evicted > 0)
    return found(
      'redis',
      'bad',
      `it has evicted ${evicted} keys since it started (${policy ?? 'policy unknown'})`,
      remedy,
    );
  if (policy === undefined)
    return unknown('redis', 'maxmemory-policy could not be read', 'it must be noeviction');
  if (policy === 'noeviction') return good('redis', 'maxmemory-policy is noeviction');
  return found(
    'redis',
    number(info, 'maxmemory') > 0 ? 'bad' : 'look',
    `maxmemory-policy is ${policy}`,
    remedy,
  );
}

function memory(info: Facts): Diagnosis[] {
  const [used, most] = [number(info, 'used_memory'), number(info, 'maxmemory')];
  if (most === 0 || used / most < 0.8) return [];
  const share = Math.round((used / most) * 100);
  return [
    found('redis', share >= 95 ? 'bad' : 'look', `${share} % of maxmemory is used`, {
      shows: 'when it is full, changes are refused',
      mend: 'raise maxmemory, or look for what else fills it',
    }),
  ];
}

function persistence(info: Facts, settings: Facts): Diagnosis[] {
  const aof = info.get('aof_enabled') === '1';
  const list: Diagnosis[] = [];
  const failed =
    (info.has('rdb_last_bgsave_status') && info.get('rdb_last_bgsave_status') !== 'ok') ||
    (aof && info.get('aof_last_write_status') !== 'ok');
  if (failed)
    list.push(
      found('redis', 'bad', 'its last save failed', {
        shows: 'changes are refused (MISCONF), and a restart brings an old policy',
        mend: "make room on its disk, see Redis's log",
      }),
    );
  const save = settings.get('save');
  if (aof)
    list.push(good('redis', `append-only file is on (${settings.get('appendfsync') ?? 'fsync unknown'})`));
  else if (save === '')
    list.push(
      found('redis', 'bad', 'nothing is persisted: neither append-only file nor snapshots', {
        shows: 'a restart of Redis loses the policy: an alarm, every list gone',
        mend: 'CONFIG SET appendonly yes, in redis.conf too',
      }),
    );
  else
    list.push(
      found('redis', 'look', `snapshots only${save === undefined ? '' : ` (save ${save})`}`, {
        shows:
          'a crash of Redis loses the changes since the last one; the gateways notice and raise an alarm',
        mend: 'CONFIG SET appendonly yes, in redis.conf too',
      }),
    );
  return list;
}

function replication(info: Facts, settings: Facts): Diagnosis[] {
  const role = info.get('role');
  if (role !== undefined && role !== 'master') {
    return [
      found('redis', 'bad', `this is a ${role}, no primary`, {
        shows: 'every change is refused (READONLY)',
        mend: 'name the primary, or use store.redis.sentinel',
      }),
    ];
  }
  const connected = number(info, 'connected_slaves');
  if (connected === 0) return [good('redis', 'a primary without replicas: its disk is the only copy')];
  const least = settings.get('min-replicas-to-write');
  if (least === undefined)
    return [
      unknown('redis', 'min-replicas-to-write could not be read', 'with replicas it should be 1 or more'),
    ];
  if (Number(least) > 0) return [good('redis', `${connected} replicas, min-replicas-to-write ${least}`)];
  return [
    found('redis', 'look', `${connected} replicas, but min-replicas-to-write is 0`, {
      shows: 'a failover may lose changes that were acknowledged: a removed range comes back',
      mend: 'CONFIG SET min-replicas-to-write 1, in redis.conf too',
    }),
  ];
}

/** What Redis says of itself, judged by what the store needs of it. */
export function judgeRedis(info: Facts, settings: Facts): Diagnosis[] {
  return [
    version(info),
    eviction(info, settings),
    ...memory(info),
    ...persistence(info, settings),
    ...replication(info, settings),
  ];
}
