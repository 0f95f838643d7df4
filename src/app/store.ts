import { createHash } from 'node:crypto';
import type { Config } from '../config/index.ts';
import { createFileStore } from '../policy-store/file-store.ts';
import type { StoreLog } from '../policy-store/log.ts';
import { createRedisStore } from '../policy-store/redis-store.ts';
import type { Store } from '../policy-store/store.ts';

/** Opens the configured store. Rejects with `StoreError` where the embedded one is locked or cannot be read. */
export async function openStore(config: () => Config, log: StoreLog): Promise<Store> {
  const { store, policy } = config();
  const { file, redis } = store;
  if (redis !== undefined) {
    const { maxStalenessSeconds } = policy;
    const site = createSite(config);
    return createRedisStore({ redis, maxStalenessSeconds, site, log, now: Date.now });
  }
  if (file === undefined) throw new Error('the configuration names no store');
  return createFileStore({ dir: file, log, now: Date.now });
}

/** What a gateway is configured for: its address, and a digest of platform and routes; without spaces. */
function createSite(config: () => Config): () => string {
  let last: { readonly config: Config; readonly site: string } | undefined;
  const make = (now: Config): string => {
    const { url } = now.public;
    const told = JSON.stringify([url, now.upstream.url, now.routes]);
    const digest = createHash('sha256').update(told).digest('hex').slice(0, 8);
    return `${encodeURI(url ?? now.upstream.url)}#${digest}`;
  };
  return () => {
    const now = config();
    if (last?.config !== now) last = { config: now, site: make(now) };
    return last.site;
  };
}
