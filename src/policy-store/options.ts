/** Where Redis is: one of `url`, `sentinel` and `cluster`. Secrets and files are read before they get here. */
export interface RedisOptions {
  /** `redis://` or `rediss://`; `user:password@` and `/db` allowed. */
  readonly url?: string;
  /** The name of the monitored primary, and the sentinels as `host:port`. */
  readonly sentinel?: {
    readonly name: string;
    readonly hosts: readonly string[];
    readonly username?: string;
    readonly password?: string;
  };
  /** Some nodes of the cluster as `host:port`; the others are discovered. */
  readonly cluster?: { readonly hosts: readonly string[] };
  /** ACL user; overrides the URL's. */
  readonly username?: string;
  readonly password?: string;
  /** TLS to sentinels and cluster nodes; `rediss://` says it for `url`. */
  readonly tls?: boolean;
  /** PEM: the authorities that the server's certificate must come from. */
  readonly ca?: string;
  /** Names this site's keys, `{prefix}:…`; two sites on one Redis need two. */
  readonly prefix: string;
  /** A directory for the last good policy: a restart during an outage serves within the same staleness bound. */
  readonly snapshotDir: string | null;
  readonly connectTimeoutMs: number;
  /** How long a command may take before it counts as lost. */
  readonly commandTimeoutMs: number;
  /** How often each gateway says which revision it serves. */
  readonly heartbeatMs?: number;
  /** How long an admin's answer waits for the other gateways to say that they serve the change. */
  readonly receiptTimeoutMs?: number;
}

/** The policy's home: a directory of this gateway's own, or Redis for any number of gateways. */
export type StoreOptions = { readonly file: string } | { readonly redis: RedisOptions };
