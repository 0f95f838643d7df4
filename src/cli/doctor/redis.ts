import { Cluster, Redis } from 'ioredis';
import type { Config } from '../../config/index.ts';
import type { Reading } from './clock.ts';
import { found, good, unknown, whyText } from './diagnosis.ts';
import type { Diagnosis } from './diagnosis.ts';
import { judgeRedis } from './redis-settings.ts';

type Options = NonNullable<Config['store']['redis']>;

function hostOf(text: string): { host: string; port: number } {
  const at = text.lastIndexOf(':');
  return { host: text.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(text.slice(at + 1)) };
}

function connect({
  url,
  sentinel,
  cluster,
  username,
  password,
  tls,
  ca,
  connectTimeoutMs,
  commandTimeoutMs,
}: Options): Redis | Cluster {
  const secure = tls || url?.startsWith('rediss:') === true;
  const common = {
    lazyConnect: true,
    connectTimeout: connectTimeoutMs,
    commandTimeout: commandTimeoutMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(secure ? { tls: ca === undefined ? {} : { ca } } : {}),
  };
  if (cluster !== undefined) {
    const options = { lazyConnect: true, redisOptions: common, clusterRetryStrategy: () => null };
    return new Cluster(cluster.hosts.map(hostOf), options);
  }
  if (sentinel !== undefined) {
    return new Redis({
      ...common,
      name: sentinel.name,
      sentinels: sentinel.hosts.map(hostOf),
      sentinelRetryStrategy: () => null,
      ...(sentinel.username === undefined ? {} : { sentinelUsername: sentinel.username }),
      ...(sentinel.password === undefined ? {} : { sentinelPassword: sentinel.password }),
      ...(secure ? { enableTLSForSentinelMode: true } : {}),
    });
  }
  return new Redis(url ?? '', common);
}

const fields = (text: string): ReadonlyMap<string, string> =>
  new Map([...text.matchAll(/^([a-z0-9_]+):(.*?)\r?$/gm)].map(([, name = '', value = '']) => [name, value]));

/** A setting, by CONFIG GET; undefined where an ACL forbids to ask. */
async function settings(client: Redis | Cluster): Promise<ReadonlyMap<string, string>> {
  const wanted = [
    'maxmemory-policy',
    'maxmemory',
    'appendonly',
    'appendfsync',
    'save',
    'min-replicas-to-write',
  ];
  const asked = await Promise.all(
    wanted.map(async (name): Promise<[string, string][]> => {
      const answer: unknown = await client.call('config', 'get', name).catch(() => undefined);
      if (answer === undefined || answer === null) return [];
      const pairs: unknown[] = Array.isArray(answer)
        ? answer
        : answer instanceof Map
          ? [...answer].flat()
          : Object.entries(answer).flat();
      return pairs.length > 1 ? [[name, String(pairs[1])]] : [];
    }),
  );
  return new Map(asked.flat());
}

async function clock(client: Redis | Cluster): Promise<Reading[]> {
  const before = Date.now();
  const [seconds, micros] = await client.time();
  const ourMs = (before + Date.now()) / 2;
  return [{ where: 'Redis', theirMs: Number(seconds) * 1000 + Number(micros) / 1000, ourMs }];
}

function unreachable(error: unknown): Diagnosis {
  const why = error instanceof Error ? error.message : String(error);
  const auth = /WRONGPASS|NOAUTH|NOPERM/.test(why);
  return found(
    'redis',
    'bad',
    auth ? `it refuses the login: ${why}` : `it cannot be reached (${whyText(error)})`,
    {
      shows:
        'changes are refused with 503; past policy.maxStalenessSeconds address grants close, token grants go on',
      mend: auth
        ? 'mend store.redis.username and passwordFile, and the ACL'
        : 'start Redis, or mend store.redis',
    },
  );
}

/** Asks Redis for its settings and its state, on a connection of its own. */
export async function checkRedis({ store }: Config): Promise<{ found: Diagnosis[]; clocks: Reading[] }> {
  const options = store.redis;
  if (options === undefined) return { found: [], clocks: [] };
  const client = connect(options);
  let said: Error | undefined;
  client.on('error', (error: Error) => (said ??= error));
  try {
    await client.connect();
    const started = performance.now();
    await client.ping();
    const ms = Math.round(performance.now() - started);
    const info = await client.info().then(fields, () => undefined);
    const state =
      info === undefined
        ? [
            unknown(
              'redis',
              'INFO is not allowed for this user',
              "allow +info, or ask with an administrator's user",
            ),
          ]
        : judgeRedis(info, await settings(client));
    return {
      found: [good('redis', `answers in ${ms} ms`), ...state],
      clocks: await clock(client).catch(() => []),
    };
  } catch (error) {
    return { found: [unreachable(said ?? error)], clocks: [] };
  } finally {
    client.disconnect();
  }
}
