import { Pool, buildConnector } from 'undici';
import type { UpstreamOptions } from './options.ts';
import { createSlots, type Slots } from './slots.ts';

/** The platform: kept connections to it, and a bound on how many. */
export interface Upstream {
  readonly pool: Pool;
  readonly slots: Slots;
  /** What every dispatch says beside target, method, headers and body. */
  readonly dispatch: {
    readonly headersTimeout: number;
    readonly bodyTimeout: number;
    readonly servername: string;
  };
  /** Its host and port, as a Host header has them. */
  readonly host: string;
}

/** The longest that a request waits for a connection before it gets 503. */
const queueWaitMs = 5_000;

export function createUpstream(options: UpstreamOptions): Upstream {
  const url = new URL(options.url);
  const servername = /^\[|^[\d.]+$/.test(url.hostname) ? '' : url.hostname;
  const connector = buildConnector({
    timeout: options.connectTimeoutMs,
    keepAlive: true,
    rejectUnauthorized: true,
    ...(options.ca !== undefined && { ca: options.ca }),
  });
  const pool = new Pool(url.origin, {
    connections: options.connections,
    // 0: a connection serves one request and is closed.
    pipelining: options.reuseConnections ? 1 : 0,
    keepAliveTimeout: options.idleTimeoutMs,
    keepAliveMaxTimeout: options.idleTimeoutMs,
    maxHeaderSize: 64 * 1024,
    // The name of the certificate is the upstream's own, never one that a visitor's Host says.
    connect: (opts, callback) => connector({ ...opts, servername }, callback),
  });
  return {
    pool,
    slots: createSlots({ slots: options.connections, queue: options.queue, waitMs: queueWaitMs }),
    dispatch: {
      headersTimeout: options.timeoutMs,
      bodyTimeout: options.bodyIdleTimeoutMs,
      servername: servername === '' ? 'address' : servername,
    },
    host: url.host,
  };
}
