import { found, good } from './diagnosis.ts';
import type { Diagnosis } from './diagnosis.ts';

/** A clock elsewhere, as it was read, and the time here in the middle of the asking. */
export interface ClockSample {
  readonly where: string;
  readonly theirMs: number;
  readonly ourMs: number;
}

/** A `Date` header has whole seconds, and the answer was on its way. */
const COARSE_MS = 2_000;

/** The time of an answer's `Date` header. */
export function dateReading(where: string, header: unknown, ourMs: number): ClockSample[] {
  const theirMs = typeof header === 'string' ? Date.parse(header) : Number.NaN;
  return Number.isNaN(theirMs) ? [] : [{ where, theirMs, ourMs }];
}

/** Compares this machine's clock with the others that were seen. */
export function judgeClock(readings: readonly ClockSample[], toleranceSeconds: number): Diagnosis[] {
  return readings.map(({ where, theirMs, ourMs }) => {
    const offMs = Math.abs(theirMs - ourMs);
    const seconds = Math.round(offMs / 1000);
    if (offMs <= COARSE_MS) return good('clock', `agrees with that of ${where}`);
    return found(
      'clock',
      offMs > toleranceSeconds * 1000 ? 'bad' : 'look',
      `${seconds} s off from that of ${where}`,
      {
        shows: `tokens count as expired or as not yet valid; past ${toleranceSeconds} s they are refused`,
        mend: 'run NTP (chrony, systemd-timesyncd) on both machines',
      },
    );
  });
}
