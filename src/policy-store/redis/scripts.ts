import { createHash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';

export type Client = Redis | Cluster;

export interface Script {
  readonly text: string;
  readonly sha: string;
}

const script = (text: string): Script => ({ text, sha: createHash('sha1').update(text).digest('hex') });

/**
 * One change, or nothing: everything is checked before the first write, and that is the XADD, because Redis takes
 * nothing back that a script wrote before it failed.
 *
 * KEYS head, scopes, scope, changes, replicas, idempotency key, lists, staged hash, staged lists.
 * ARGV scope, expected revision, highest revision seen, change id, origin, change, settings or '', seconds that the
 * idempotency key is kept (0: none), changes kept, staged size (-1: not staged), seconds that lists are kept,
 * id of the change before it, number of removed ids; then these, then ids and texts of added ranges.
 */
export const commitScript = script(`
local removed, from = tonumber(ARGV[13]), 14
if tonumber(ARGV[8]) > 0 then
  local done = redis.call('GET', KEYS[6])
  if done then return {'repeated', done} end
end
local head = redis.call('HMGET', KEYS[1], 'revision', 'id')
if not (head[1] and head[2]) and (tonumber(ARGV[3]) > 0 or redis.call('EXISTS', KEYS[2], KEYS[4]) > 0) then
  return {'lost'}
end
if (head[2] or '') ~= ARGV[12] then return {'moved'} end
local at, settings = '0', '{"enabled":false}'
local record = redis.call('HGET', KEYS[2], ARGV[1])
if record then
  at, settings = string.match(record, '^(%d+) %d+ (.+)$')
  if not at then return {'unreadable'} end
end
if tonumber(at) ~= tonumber(ARGV[2]) then return {'conflict', ARGV[1] .. ' is at revision ' .. at .. ' now'} end
local gone = {}
for i = from, from + removed - 1 do
  gone[ARGV[i]] = true
  if not redis.call('HGET', KEYS[3], ARGV[i]) then return {'conflict', 'range ' .. ARGV[i] .. ' is not there any more'} end
end
for i = from + removed, #ARGV, 2 do
  if not gone[ARGV[i]] and redis.call('HGET', KEYS[3], ARGV[i]) then
    return {'conflict', 'range ' .. ARGV[i] .. ' is there already'}
  end
end
if ARGV[10] ~= '-1' and redis.call('HLEN', KEYS[8]) ~= tonumber(ARGV[10]) then return {'unstaged'} end
local revision = string.format('%.0f', math.max(tonumber(head[1] or 0), tonumber(ARGV[3])) + 1)
redis.call('XADD', KEYS[4], 'MAXLEN', '~', ARGV[9], revision .. '-0',
  'id', ARGV[4], 'prev', head[2] or '', 'origin', ARGV[5], 'change', ARGV[6])
if ARGV[10] == '0' then redis.call('DEL', KEYS[3])
elseif ARGV[10] ~= '-1' then redis.call('RENAME', KEYS[8], KEYS[3]) end
if ARGV[10] ~= '-1' then
  redis.call('RENAME', KEYS[9], KEYS[7])
  redis.call('EXPIRE', KEYS[7], ARGV[11])
end
for i = from, from + removed - 1 do redis.call('HDEL', KEYS[3], ARGV[i]) end
for i = from + removed, #ARGV, 2 do redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1]) end
if ARGV[7] ~= '' then settings = ARGV[7] end
redis.call('HSET', KEYS[2], ARGV[1], revision .. ' ' .. redis.call('HLEN', KEYS[3]) .. ' ' .. settings)
redis.call('HSET', KEYS[1], 'revision', revision, 'id', ARGV[4])
if tonumber(ARGV[8]) > 0 then redis.call('SET', KEYS[6], revision, 'EX', ARGV[8]) end
return {'done', revision, head[2] or '', redis.call('HGETALL', KEYS[5]), redis.call('TIME')}
`);

/**
 * What a gateway serves, and where the store stands: a write, so that a primary that may not write any more
 * (min-replicas-to-write, READONLY) confirms nothing.
 *
 * KEYS replicas, head, scopes, changes. ARGV replica, revision, its policy's age (ms), milliseconds that it may go on serving.
 */
export const beatScript = script(`
local time = redis.call('TIME')
local at = time[1] .. string.format('%03d', math.floor(time[2] / 1000))
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ' ' .. at .. ' ' .. ARGV[3] .. ' ' .. ARGV[4])
local head = redis.call('HMGET', KEYS[2], 'revision', 'id')
local found = redis.call('EXISTS', KEYS[3], KEYS[4])
return {head[1] or '', head[2] or '', tostring(found), at}
`);

/** KEYS replicas, acks of the writer. ARGV replica, its entry's parts as above, change id. */
export const ackScript = script(`
local time = redis.call('TIME')
local at = time[1] .. string.format('%03d', math.floor(time[2] / 1000))
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ' ' .. at .. ' ' .. ARGV[3] .. ' ' .. ARGV[4])
redis.call('XADD', KEYS[2], 'MAXLEN', '~', '1000', '*', 'replica', ARGV[1], 'change', ARGV[5])
redis.call('EXPIRE', KEYS[2], '3600')
return 1
`);

/**
 * Appends to the record of all gateways, and drops its oldest entries, where they are too old or it is too much: some
 * at a time, so that Redis is not held up. `total` counts the events that ever were in it.
 *
 * KEYS stream, its head. ARGV batch, its events, milliseconds that an entry is kept, bytes of all entries.
 */
export const activityScript = script(`
local time = redis.call('TIME')
local oldest = time[1] * 1000 + math.floor(time[2] / 1000) - tonumber(ARGV[3])
local head = redis.call('HMGET', KEYS[2], 'bytes', 'total')
local bytes, total = tonumber(head[1] or 0) + #ARGV[1], tonumber(head[2] or 0) + tonumber(ARGV[2])
local from, at = '0-0', '-'
for i = 1, 50 do
  local found = redis.call('XRANGE', KEYS[1], at, '+', 'COUNT', 2)
  local entry, second = found[1], found[2]
  if not second then break end
  if tonumber(string.match(entry[1], '^%d+')) >= oldest and bytes <= tonumber(ARGV[4]) then break end
  bytes = bytes - #entry[2][6]
  from, at = second[1], second[1]
end
local id = redis.call('XADD', KEYS[1], 'MINID', '=', from, '*',
  'total', string.format('%.0f', total), 'events', ARGV[2], 'batch', ARGV[1])
redis.call('HSET', KEYS[2], 'bytes', string.format('%.0f', bytes), 'total', string.format('%.0f', total), 'last', id)
return id
`);

/** Runs a script by its checksum, and sends its text where the server does not know it (a new server, a flush). */
export async function run(
  client: Client,
  one: Script,
  keys: readonly string[],
  args: readonly (string | Buffer)[],
) {
  try {
    return await client.evalsha(one.sha, keys.length, ...keys, ...args);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return client.eval(one.text, keys.length, ...keys, ...args);
  }
}
