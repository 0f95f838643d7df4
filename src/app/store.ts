import type { Config } from '../config/index.ts';
import { createFileStore } from '../policy-store/file-store.ts';
import type { StoreLog } from '../policy-store/log.ts';
import { createRedisStore } from '../policy-store/redis-store.ts';
import type { Store } from '../policy-store/store.ts';

/** Opens the configured store. Rejects with `StoreError` where the embedded one is locked or cannot be read. */
export async function openStore(
  options: Config['store'],
  maxStalenessSeconds: number,
  log: StoreLog,
): Promise<Store> {
  const { file, redis } = options;
  if (redis !== undefined) return createRedisStore({ redis, maxStalenessSeconds, log, now: Date.now });
  if (file === undefined) throw new Error('the configuration names no store');
  return createFileStore({ dir: file, log, now: Date.now });
}
