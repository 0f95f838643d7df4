import { createHash } from 'node:crypto';
import type { ReloadSettings, StartOptions } from '../config/index.ts';
import { using } from './start-failure.ts';
import { createFileStore } from '../policy-store/file/file-store.ts';
import type { StoreLog } from '../policy-store/log.ts';
import { createRedisStore } from '../policy-store/redis/redis-store.ts';
import type { Store } from '../policy-store/store.ts';

/** Opens the configured store. Rejects with `StoreError` where the embedded one is locked or cannot be read. */
export async function openStore(
  start: StartOptions,
  settings: () => ReloadSettings,
  log: StoreLog,
): Promise<Store> {
  const { file, redis } = start.store;
  if (redis !== undefined) {
    const maxStalenessSeconds = (): number => settings().policy.maxStalenessSeconds;
    const site = createSite(start, settings);
    return createRedisStore({ redis, maxStalenessSeconds, site, log, now: Date.now });
  }
  if (file === undefined) throw new Error('the configuration names no store');
  return using('store.file', createFileStore({ dir: file, log, now: Date.now }));
}

/** What a gateway is configured for: its address, and a digest of platform and routes; without spaces. */
function createSite({ upstream }: StartOptions, settings: () => ReloadSettings): () => string {
  let last: { readonly settings: ReloadSettings; readonly site: string } | undefined;
  const make = (now: ReloadSettings): string => {
    const { url } = now.public;
    const described = JSON.stringify([url, upstream.url, now.routes]);
    const digest = createHash('sha256').update(described).digest('hex').slice(0, 8);
    return `${encodeURI(url ?? upstream.url)}#${digest}`;
  };
  return () => {
    const now = settings();
    if (last?.settings !== now) last = { settings: now, site: make(now) };
    return last.site;
  };
}
