/** Where Redis is: one of `url`, `sentinel` and `cluster`. Secrets and files are read before they get here. */
export interface RedisOptions {
  /** `redis://` or `rediss://`, `user:password@` and `/db` allowed. */
  readonly url?: string;
  /** The name of the monitored primary, and the sentinels as `host:port`. */
  readonly sentinel?: {
    readonly name: string;
    readonly nodes: readonly string[];
    readonly username?: string;
    readonly password?: string;
  };
  /** Some nodes of the cluster as `host:port`; the others are discovered. */
  readonly cluster?: { readonly nodes: readonly string[] };
  /** ACL user; the default user where absent. Overrides the URL's. */
  readonly username?: string;
  readonly password?: string;
  /** PEM: the authorities that the server's certificate must come from; turns TLS on for sentinel and cluster too. */
  readonly ca?: string;
  /** Turns TLS on where there is no URL to say so. */
  readonly tls?: boolean;
  /** Database number; a cluster has only 0. */
  readonly database?: number;
  /** Names this site's keys, as `{prefix}:…`; two sites on one Redis need two. */
  readonly prefix: string;
  /** A directory for the last good policy, so that a restart during an outage can serve within the staleness bound. */
  readonly snapshotDir: string | null;
  /** How long a write or read may take before it counts as lost. */
  readonly commandTimeoutMs: number;
  readonly connectTimeoutMs: number;
  /** How often each gateway says which revision it serves. */
  readonly heartbeatMs: number;
  /** How long an admin's answer waits for the other gateways to say that they serve the change. */
  readonly receiptTimeoutMs: number;
  /** Redis replicas that should hold a write before it is answered (WAIT); 0: none are waited for. */
  readonly waitReplicas: number;
}

export const redisDefaults = {
  prefix: 'gateway',
  snapshotDir: null,
  commandTimeoutMs: 2000,
  connectTimeoutMs: 2000,
  heartbeatMs: 1000,
  receiptTimeoutMs: 1000,
  waitReplicas: 0,
} as const satisfies Partial<RedisOptions>;

/** The policy's home: a directory of this gateway's own, or Redis for any number of gateways. */
export type StoreOptions = { readonly file: string } | { readonly redis: RedisOptions };
