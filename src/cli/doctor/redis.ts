import type { Config } from '../../config/index.ts';
import { connect } from '../../policy-store/redis/connections.ts';
import { keysOf } from '../../policy-store/redis/keys.ts';
import { aliveIn, timeMs } from '../../policy-store/redis/replicas.ts';
import type { Client } from '../../policy-store/redis/scripts.ts';
import type { ClockSample } from './clock.ts';
import { found, good, unknown, whyText } from './diagnosis.ts';
import type { Diagnosis } from './diagnosis.ts';
import { judgeRedis } from './redis-settings.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

const fields = (text: string): ReadonlyMap<string, string> =>
  new Map([...text.matchAll(/^([a-z0-9_]+):(.*?)\r?$/gm)].map(([, name = '', value = '']) => [name, value]));

/** Settings by CONFIG GET; those that an ACL forbids to ask are left out. */
async function settings(client: Client): Promise<ReadonlyMap<string, string>> {
  const wanted = ['maxmemory-policy', 'appendfsync', 'save', 'min-replicas-to-write'];
  const asked = wanted.map(async (name): Promise<[string, string][]> => {
    const answer: unknown = await client.call('config', 'get', name).catch(() => undefined);
    const [, value]: readonly unknown[] = Array.isArray(answer) ? answer : [];
    return typeof value === 'string' ? [[name, value]] : [];
  });
  return new Map((await Promise.all(asked)).flat());
}

async function clock(client: Client): Promise<ClockSample[]> {
  const before = Date.now();
  const time = await client.time();
  return [{ where: 'Redis', theirMs: timeMs(time), ourMs: (before + Date.now()) / 2 }];
}

/** The site's own keys: a policy without its head is lost, and every gateway on the prefix should be one of ours. */
async function site(client: Client, prefix: string): Promise<Diagnosis[]> {
  const keys = keysOf(prefix);
  const [head, changes, time] = await Promise.all([
    client.hlen(keys.head),
    client.exists(keys.changes),
    client.time(),
  ]);
  const beheaded = found('redis', 'bad', `the policy under "${prefix}" has lost its head`, {
    shows: 'address grants are answered 503, an alarm is in every gateway’s log',
    mend: 'restore Redis from a backup; never delete single keys of the prefix',
  });
  const flat = Object.entries(await client.hgetall(keys.replicas)).flat();
  const sites = sitesOf(aliveIn(flat, timeMs(time)));
  return [...(head === 0 && changes > 0 ? [beheaded] : []), judgeSites(prefix, sites)];
}

/** The gateways by what they say that they are configured for. */
function sitesOf(alive: ReturnType<typeof aliveIn>): ReadonlyMap<string, readonly string[]> {
  const sites = new Map<string, string[]>();
  for (const [id, { site }] of alive) sites.set(site, [...(sites.get(site) ?? []), id]);
  return sites;
}

function judgeSites(prefix: string, sites: ReadonlyMap<string, readonly string[]>): Diagnosis {
  const named = [...sites].map(([site, ids]) => `${site || 'does not say'}: ${ids.join(', ')}`);
  if (sites.size < 2) {
    return good('redis', `gateways on the prefix "${prefix}": ${named.join('') || 'none'}`);
  }
  return found('redis', 'look', `different sites share the prefix "${prefix}" (${named.join('; ')})`, {
    shows: 'a change at one holds at the other too: an address listed for one lets visitors into both',
    mend: 'give each site a store.redis.prefix of its own; gateways of one site differ only while public.url, upstream.url or routes are being rolled out',
  });
}

async function examine(
  client: Client,
  prefix: string,
): Promise<{ found: Diagnosis[]; clocks: ClockSample[] }> {
  const started = performance.now();
  await client.ping();
  const ms = Math.round(performance.now() - started);
  const info = await client.info().then(fields, () => undefined);
  const state =
    info === undefined
      ? [unknown('redis', 'INFO is not allowed for this user', 'allow +info, or ask with another user')]
      : judgeRedis(info, await settings(client));
  const own = await site(client, prefix).catch((error: unknown) => [
    unknown(
      'redis',
      `the keys of "${prefix}" cannot be read: ${whyText(error)}`,
      `allow ~{${prefix}}:* in its ACL`,
    ),
  ]);
  return {
    found: [good('redis', `answers in ${ms} ms`), ...state, ...own],
    clocks: await clock(client).catch(() => []),
  };
}

function unreachable(why: string): Diagnosis {
  const auth = /WRONGPASS|NOAUTH|NOPERM|invalid password/i.test(why);
  return found('redis', 'bad', auth ? `it refuses the login: ${why}` : `it cannot be reached: ${why}`, {
    shows:
      'changes are refused with 503; past policy.maxStalenessSeconds address grants close, token grants go on',
    mend: auth
      ? 'mend store.redis.username and passwordFile, or the ACL'
      : 'start Redis, or mend store.redis',
  });
}

/** Asks Redis for its settings and its state, connected to as the gateway does. */
export async function checkRedis({ store }: Config): Promise<{ found: Diagnosis[]; clocks: ClockSample[] }> {
  const options = store.redis;
  if (options === undefined) return { found: [], clocks: [] };
  const connections = connect(options, silent);
  try {
    await connections.attempted;
    const isReady = connections.isReady() || (await connections.ready(1_000));
    if (!isReady) return { found: [unreachable(connections.problem())], clocks: [] };
    return await examine(connections.commands, options.prefix);
  } catch (error) {
    return { found: [unreachable(whyText(error))], clocks: [] };
  } finally {
    connections.close();
  }
}
