import { Cluster, Redis } from 'ioredis';
import type { RedisOptions as ClientOptions } from 'ioredis';
import type { StoreLog } from '../log.ts';
import type { RedisOptions } from '../options.ts';
import type { Client } from './scripts.ts';
import { StoreError } from '../store.ts';

/** How long the feed waits for news at a time. */
export const FEED_BLOCK_MS = 1000;

const retryMs = (times: number): number => Math.min(50 * 2 ** Math.min(times, 6), 2000);

function node(text: string, defaultPort: number): { host: string; port: number } {
  const at = text.lastIndexOf(':');
  const host = (at < 0 ? text : text.slice(0, at)).replace(/^\[(.*)\]$/, '$1');
  return { host, port: at < 0 ? defaultPort : Number(text.slice(at + 1)) };
}

type Base = ClientOptions & { readonly replyMapping: 'legacy' };

/** What every connection has: nothing is queued while it is away, and nothing is sent twice. */
function common(options: RedisOptions, name: string, silenceMs: number): Base {
  const { username, password, ca, tls, connectTimeoutMs } = options;
  const secure = tls === true || ca !== undefined;
  return {
    protocol: 2,
    replyMapping: 'legacy',
    connectionName: name,
    disableClientInfo: true,
    connectTimeout: connectTimeoutMs,
    socketTimeout: silenceMs,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    lazyConnect: true,
    keepAlive: 5000,
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    retryStrategy: retryMs,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(secure ? { tls: ca === undefined ? {} : { ca } } : {}),
  };
}

function sentinel(options: RedisOptions, base: Base): Redis | undefined {
  if (options.sentinel === undefined) return undefined;
  const { name, hosts, username, password } = options.sentinel;
  return new Redis({
    ...base,
    name,
    role: 'master',
    sentinels: hosts.map((host) => node(host, 26_379)),
    sentinelRetryStrategy: retryMs,
    failoverDetector: true,
    ...(username === undefined ? {} : { sentinelUsername: username }),
    ...(password === undefined ? {} : { sentinelPassword: password }),
    ...(base.tls ? { sentinelTLS: base.tls, enableTLSForSentinelMode: true } : {}),
  });
}

function cluster(options: RedisOptions, base: Base): Cluster | undefined {
  if (options.cluster === undefined) return undefined;
  const { retryStrategy: _retry, enableOfflineQueue: _queue, lazyConnect: _lazy, ...redisOptions } = base;
  return new Cluster(
    options.cluster.hosts.map((host) => node(host, 6379)),
    {
      lazyConnect: true,
      enableOfflineQueue: false,
      clusterRetryStrategy: retryMs,
      slotsRefreshTimeout: options.connectTimeoutMs,
      slotsRefreshInterval: 5000,
      redisOptions,
    },
  );
}

function single(options: RedisOptions, base: Base): Redis {
  const { url } = options;
  if (url === undefined) throw new Error('Redis needs one of url, sentinel and cluster');
  const parsed = new URL(url);
  if (options.username !== undefined || options.password !== undefined)
    parsed.username = parsed.password = '';
  const { tls, ...plain } = base;
  return new Redis(parsed.href, parsed.protocol === 'rediss:' ? { ...plain, tls: tls ?? {} } : plain);
}

function open(options: RedisOptions, name: string, silenceMs: number, commandTimeout?: number): Client {
  const base = {
    ...common(options, name, silenceMs),
    ...(commandTimeout === undefined ? {} : { commandTimeout }),
  };
  return sentinel(options, base) ?? cluster(options, base) ?? single(options, base);
}

const hungUp = new WeakSet<Client>();

/** Ends a connection for good. */
export function hangUp(client: Client): void {
  hungUp.add(client);
  client.disconnect();
}

/**
 * Connects until hung up; resolves after the first attempt. The client itself gives up for good where a sentinel
 * tells of a failover while it is connecting.
 */
async function dial(client: Client): Promise<void> {
  const again = (): void => {
    if (!hungUp.has(client)) client.connect().catch(() => undefined);
  };
  client.on('end', () => setTimeout(again, retryMs(1)));
  await client.connect().catch(() => undefined); // tried again by itself
}

export interface RedisConnections {
  /** For reads and writes; each has a time limit. */
  readonly commands: Client;
  /** A connection for blocking reads and nothing else; whoever opens it closes it. */
  openFeed(): Client;
  isReady(): boolean;
  /** Resolves once the first attempt to connect has succeeded or failed. */
  readonly attempted: Promise<void>;
  /** True once commands can be sent, false if they cannot in time. */
  ready(timeoutMs: number): Promise<boolean>;
  /** Why there is no connection. */
  problem(): string;
  close(): void;
}

/** Connects in the background and goes on trying until closed. */
export function connect(options: RedisOptions, log: StoreLog): RedisConnections {
  const commands = open(options, 'gateway', options.commandTimeoutMs + 1000, options.commandTimeoutMs);
  let problem = 'not connected yet';
  let lastProblem = '';
  commands.on('error', (error: Error) => {
    problem = error.message === '' ? error.name : error.message;
    if (problem !== lastProblem) log.warn({ problem }, 'Redis cannot be reached');
    lastProblem = problem;
  });
  commands.on('ready', () => {
    log.info({}, 'Redis connected');
    lastProblem = '';
  });
  const attempted = dial(commands);
  const isReady = (): boolean => commands.status === 'ready';
  return {
    commands,
    openFeed() {
      const feed = open(options, 'gateway-feed', FEED_BLOCK_MS + options.commandTimeoutMs);
      feed.on('error', () => undefined); // the same server: the other connection says so
      void dial(feed);
      return feed;
    },
    isReady,
    attempted,
    ready: (timeoutMs) => (isReady() ? Promise.resolve(true) : whenReady(commands, timeoutMs)),
    problem: () => problem,
    close() {
      hangUp(commands);
    },
  };
}

/** True as soon as a client can be used, false after the time. */
export function whenReady(client: Client, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (ready: boolean): void => {
      clearTimeout(timer);
      client.off('ready', onReady);
      resolve(ready);
    };
    const onReady = (): void => {
      end(true);
    };
    const timer = setTimeout(() => {
      end(false);
    }, timeoutMs);
    client.on('ready', onReady);
  });
}

/** An error of the server's own: the command was not carried out. */
export function isReply(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}

/** A failed read, or a write that was not carried out. */
export function unavailable(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new StoreError('unavailable', `Redis: ${message}`, { cause: error });
}
