import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { openActivity, type Activity } from '../activity/activity.ts';
import type { StartOptions } from '../config/index.ts';
import type { Position } from '../changes/change.ts';
import type { StoreLog } from '../policy-store/log.ts';
import { createDigests, type Digests } from './digests.ts';
import { createRecordStream } from './record-stream.ts';

/** The record of decisions, and who signs and checks its digests. */
export interface Record extends Activity {
  readonly digests: Pick<Digests, 'check'>;
}

/**
 * The record of decisions, where one is kept. Whatever fails of it costs the record alone. `change`: where the log of
 * changes stands.
 */
export function openRecord(
  { activity, store }: StartOptions,
  change: () => Position | undefined,
  log: StoreLog,
): Record | undefined {
  if (activity === null) return undefined;
  const { redis } = store;
  const { retentionDays, maxBytes, redisBytes } = activity;
  const replica = randomBytes(8).toString('hex');
  const folder = store.file ?? activity.folder ?? redis?.snapshotDir ?? resolve('data');
  const stream = redis && createRecordStream(redis, { retentionDays, maxBytes: redisBytes });
  const digests = createDigests({ store, folder, replica, change, log });
  const parts = { log, now: Date.now, digest: digests.sign, ...(stream && { stream }) };
  const record = openActivity({ folder, replica, retentionDays, maxBytes }, parts);
  return {
    ...record,
    digests,
    async close() {
      await record.close();
      digests.close();
    },
  };
}
