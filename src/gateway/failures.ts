import type { Logger } from 'pino';
import type { ProblemCode } from '../errors.ts';
import { createBuckets } from '../limits/bucket.ts';

/** Whatever failed at the door, guarded or not: counted by code, and logged as far as its rate allows. */
export interface Failures {
  /** `cause` says why in words of ours or of a library's: never a value that a visitor sent. */
  note(code: ProblemCode, cause: string, requestId: string): void;
  read(): ReadonlyMap<ProblemCode, number>;
}

/** Lines a minute for each code; those beyond are counted, and the next line says how many they were. */
const linesPerMinute = 300;
const longestCause = 200;

export function createFailures(log: Pick<Logger, 'warn'>): Failures {
  const counts = new Map<ProblemCode, number>();
  const suppressedCounts = new Map<ProblemCode, number>();
  const lines = createBuckets({
    perMinute: linesPerMinute,
    maxKeys: 200,
    now: () => performance.now(),
  });
  return {
    note(code, cause, requestId) {
      counts.set(code, (counts.get(code) ?? 0) + 1);
      if (!lines.hit(code)) {
        suppressedCounts.set(code, (suppressedCounts.get(code) ?? 0) + 1);
        return;
      }
      const suppressed = suppressedCounts.get(code);
      suppressedCounts.delete(code);
      log.warn({ code, cause: cause.slice(0, longestCause), requestId, suppressed }, 'failed');
    },
    read: () => counts,
  };
}

/** An error in a few words: its code and its message. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const code = 'code' in error && typeof error.code === 'string' ? `${error.code}: ` : '';
  return `${code}${error.message}`;
}
