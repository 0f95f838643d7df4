import { buildConnector, Client } from 'undici';
import type { UpstreamOptions } from './options.ts';
import { createSlots, type Slots } from './slots.ts';
import { createUnaskedContinue, type UnaskedContinue } from './unasked-continue.ts';

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
}

/**
 * Connections to the upstream, each lent to one request at a time. One that broke off is thrown away with
 * whatever stands on it: undici's own pool would open another at once for the request that is no more.
 */
export interface ConnectionPool {
  lend(): Client;
  /** After a whole answer: the next request may have it. */
  giveBack(connection: Client): void;
  discard(connection: Client): void;
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
  };
}

function createPool({ origin }: URL, servername: string, options: UpstreamOptions): ConnectionPool {
  const all = new Map<Client, UnaskedContinue>();
  // Last in, first out: those that are not needed grow idle and are closed.
  const free: Client[] = [];
  const connector = buildConnector({
    timeout: options.connectTimeoutMs,
    rejectUnauthorized: true,
    ...(options.ca !== undefined && { ca: options.ca }),
  });
  const open = (): Client => {
    const answers = createUnaskedContinue();
    const connection = new Client(origin, {
      ...clientOptions(options),
      // The name of the certificate is the upstream's own, never one that a visitor's Host says.
      connect: (opts, callback) =>
        connector({ ...opts, servername }, (...connected) => {
          if (connected[0] === null) answers.watch(connected[1]);
          callback(...connected);
        }),
    });
    all.set(connection, answers);
    return connection;
  };
  return {
    lend() {
      const connection = free.pop() ?? open();
      all.get(connection)?.expect();
      return connection;
    },
    giveBack: (connection) => void free.push(connection),
    discard(connection) {
      all.delete(connection);
      connection.destroy().catch(() => undefined);
    },
    async close() {
      await Promise.all([...all.keys()].map((connection) => connection.destroy()));
      all.clear();
    },
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
