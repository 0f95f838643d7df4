import type { Config } from '../config/index.ts';
import { createFileStore } from '../policy-store/file-store.ts';
import type { StoreLog } from '../policy-store/log.ts';
import type { Store } from '../policy-store/store.ts';

/** Opens the configured store. Rejects with `StoreError` where the embedded one is locked or cannot be read. */
export async function openStore(options: Config['store'], log: StoreLog): Promise<Store> {
  const { file } = options;
  if (file === undefined) throw new Error('store.redis is not served by this build');
  return createFileStore({ dir: file, log, now: Date.now });
}
