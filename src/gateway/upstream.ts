import { buildConnector, Client } from 'undici';
import type { UpstreamOptions } from './options.ts';
import { createSlots, type Slots } from './slots.ts';
import { createUnsolicitedContinue, type UnsolicitedContinue } from './unsolicited-continue.ts';

/** The platform: kept connections to it, and a bound on how many. */
export interface Upstream {
  readonly slots: Slots;
  readonly connections: ConnectionPool;
  /** What every dispatch says beside target, method, headers and body. */
  readonly dispatch: {
    readonly headersTimeout: number;
    readonly bodyTimeout: number;
    /** Read by undici's request, and missing in its types: without it the visitor's Host becomes the name. */
    readonly servername: string;
  };
  /** Its host and port, as a Host header has them. */
  readonly host: string;
  /** What it was last seen to do. */
  readonly health: UpstreamHealth;
}

export interface UpstreamHealth {
  /** Requests that were sent a second time, on a new connection. */
  retries: number;
  /** Of the last answer and the last failure, by `performance.now()`; 0: none yet. */
  answeredMs: number;
  failedMs: number;
  failure: string;
}

/** A connection to the upstream. */
export interface Connection {
  readonly client: Client;
  /** Whole answers that its socket of now has given. */
  readonly answers: number;
}

/**
 * Connections to the upstream, each lent to one request at a time. One that broke off is thrown away with
 * whatever stands on it: undici's own pool would open another at once for the request that is no more.
 */
export interface ConnectionPool {
  /** `fresh`: one that nothing was sent on. `nowMs` by `performance.now()`. */
  lend(nowMs: number, fresh: boolean): Connection;
  /** After a whole answer: the next request may have it. */
  giveBack(connection: Connection): void;
  discard(connection: Connection): void;
  close(): Promise<void>;
}

/** The longest that a request waits for a connection before it gets 503. */
const queueWaitMs = 5_000;
const mostHeaderBytes = 64 * 1024;

export function createUpstream(options: UpstreamOptions): Upstream {
  const url = new URL(options.url);
  const servername = /^\[|^[\d.]+$/.test(url.hostname) ? '' : url.hostname;
  return {
    slots: createSlots({ slots: options.connections, queue: options.queue, waitMs: queueWaitMs }),
    connections: createPool(url, servername, options),
    dispatch: {
      headersTimeout: options.timeoutMs,
      bodyTimeout: options.bodyIdleTimeoutMs,
      servername: servername === '' ? 'address' : servername,
    },
    host: url.host,
    health: { retries: 0, answeredMs: 0, failedMs: 0, failure: '' },
  };
}

/** What a connection is here. */
interface Pooled extends Connection {
  answers: number;
  openedMs: number;
  readonly continues: UnsolicitedContinue;
}

function createPool(url: URL, servername: string, options: UpstreamOptions): ConnectionPool {
  const all = new Set<Pooled>();
  // Last in, first out: those that are not needed grow idle and are closed.
  const free: Pooled[] = [];
  const open = createOpening(url, servername, options);
  const discard = (connection: Connection): void => {
    all.delete(connection as Pooled);
    connection.client.destroy().catch(() => undefined);
  };
  const { maxConnectionAgeMs } = options;
  const isOld = ({ openedMs }: Pooled, nowMs: number): boolean =>
    maxConnectionAgeMs > 0 && nowMs - openedMs >= maxConnectionAgeMs;
  const kept = (nowMs: number): Pooled | undefined => {
    for (let connection = free.pop(); connection !== undefined; connection = free.pop()) {
      if (!isOld(connection, nowMs)) return connection;
      discard(connection);
    }
    return undefined;
  };
  return {
    lend(nowMs, fresh) {
      const connection = (fresh ? undefined : kept(nowMs)) ?? open(nowMs);
      all.add(connection);
      connection.continues.expect();
      return connection;
    },
    giveBack(connection) {
      const pooled = connection as Pooled;
      pooled.answers += 1;
      if (free.length < options.connections) free.push(pooled);
      // Not at once: what gives it back has not come to the end of its answer.
      else setImmediate(discard, connection);
    },
    discard,
    async close() {
      await Promise.all([...all].map(({ client }) => client.destroy()));
      all.clear();
    },
  };
}

function createOpening({ origin }: URL, servername: string, options: UpstreamOptions) {
  const connector = buildConnector({
    timeout: options.connectTimeoutMs,
    rejectUnauthorized: true,
    ...(options.ca !== undefined && { ca: options.ca }),
  });
  return (nowMs: number): Pooled => {
    const continues = createUnsolicitedContinue();
    const client = new Client(origin, {
      ...clientOptions(options),
      // The name of the certificate is the upstream's own, never one that a visitor's Host says.
      connect(opts, callback) {
        // A connection that was closed while it was kept is opened anew by the client itself.
        connection.answers = 0;
        connection.openedMs = performance.now();
        connector({ ...opts, servername }, (...connected) => {
          if (connected[0] === null) continues.watch(connected[1]);
          callback(...connected);
        });
      },
    });
    const connection: Pooled = { client, answers: 0, openedMs: nowMs, continues };
    return connection;
  };
}

function clientOptions(options: UpstreamOptions): Client.Options {
  return {
    // 0: it serves one request and is closed.
    pipelining: options.reuseConnections ? 1 : 0,
    keepAliveTimeout: options.idleTimeoutMs,
    keepAliveMaxTimeout: options.idleTimeoutMs,
    maxHeaderSize: mostHeaderBytes,
  };
}
