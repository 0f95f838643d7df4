import { randomBytes } from 'node:crypto';
import { MAX_SIGHTS, NO_ROOM, type LinkSights } from '../link-sights.ts';
import type { StoreLog } from '../log.ts';
import type { RedisOptions } from '../options.ts';
import { connect, type RedisConnections } from './connections.ts';
import { linkSightKeys } from './keys.ts';

/**
 * KEYS: the hash, the secret. ARGV: the secret that the digests are made with; the time, 0 to look only; how many fit;
 * the digests. -1: none ever, -2: no room, -3: another secret.
 */
const SEEN = `
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return -3 end
local at, most = tonumber(ARGV[2]), tonumber(ARGV[3])
local digests = {}
for i = 4, #ARGV do digests[#digests + 1] = ARGV[i] end
local first
for _, was in ipairs(redis.call('HMGET', KEYS[1], unpack(digests))) do
  local seen = was and tonumber(was)
  if seen and (not first or seen < first) then first = seen end
end
if first then return first end
if at == 0 then return -1 end
if redis.call('HLEN', KEYS[1]) + #digests > most then return -2 end
for _, digest in ipairs(digests) do redis.call('HSET', KEYS[1], digest, at) end
return at`;

const MAKE = `
local now = redis.call('GET', KEYS[1])
if now then return now end
redis.call('SET', KEYS[1], ARGV[1])
return ARGV[1]`;

const READY_MS = 1_000;

/** A hash of Redis for all gateways on it, and the secret that digests are made with. */
export function createRedisLinkSights(redis: RedisOptions, log: StoreLog): LinkSights {
  let connections: RedisConnections | undefined;
  const keys = linkSightKeys(redis.prefix);
  let secret = '';
  const run = async (script: string, names: readonly string[], values: readonly (string | number)[]) => {
    connections ??= connect(redis, { ...log, info: () => undefined, warn: () => undefined });
    if (!(await connections.ready(READY_MS))) throw new Error(connections.problem());
    const made: unknown = await connections.commands.eval(script, names.length, ...names, ...values);
    return made;
  };
  const seen = async (atSeconds: number, digests: readonly string[]): Promise<number> => {
    const first = Number(
      await run(SEEN, [keys.sights, keys.secret], [secret, atSeconds, MAX_SIGHTS, ...digests]),
    );
    if (first === -2) throw new Error(NO_ROOM);
    if (first === -3) throw new Error('the secret that links are hashed with is another one now');
    if (!Number.isSafeInteger(first)) throw new Error('Redis holds no time for a link');
    return first;
  };
  return {
    async secret() {
      const kept = await run(MAKE, [keys.secret], [randomBytes(32).toString('hex')]);
      if (typeof kept !== 'string' || kept === '') throw new Error('Redis holds no secret for links');
      return (secret = kept);
    },
    async find(digests) {
      const first = await seen(0, digests);
      return first < 0 ? undefined : first;
    },
    note: (digests, atSeconds) => seen(atSeconds, digests),
    close: () => connections?.close(),
  };
}
