import type { StoreLog } from '../policy-store/log.ts';

/** The same log for a second connection to Redis: what fails is worth a line, that it comes and goes is not. */
export function quietLog(log: Pick<StoreLog, 'warn'>): StoreLog {
  // A copy of a logger is none: its methods need the logger itself.
  return {
    info: () => undefined,
    warn: (fields, message) => log.warn(fields, message),
    error: () => undefined,
  };
}
