import { randomBytes } from 'node:crypto';
import { openActivity, type Activity, type ActivityLog } from '../activity/activity.ts';
import type { StartOptions } from '../config/index.ts';

/** The record of decisions, where one is kept: beside the embedded store. Whatever fails of it costs the record alone. */
export function openRecord({ activity, store }: StartOptions, log: ActivityLog): Activity | undefined {
  if (activity === null || store.file === undefined) return undefined;
  const replica = randomBytes(8).toString('hex');
  try {
    return openActivity({ ...activity, folder: store.file, replica }, { log, now: Date.now });
  } catch (error) {
    log.warn({ err: error }, 'the activity record cannot be kept: there is none until a restart');
    return undefined;
  }
}
