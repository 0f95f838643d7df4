import type { StoreLog } from '../../src/policy-store/log.ts';
import type { Change, Draft, Position, RangeRecord } from '../../src/changes/change.ts';
import type { Follower } from '../../src/policy-store/store.ts';
import { quadText } from '../../src/changes/record.ts';

export const AT = '2026-01-02T03:04:05.000Z';

/** A range record; its id is its number. */
export function range(n: number, start: number, end = start, more: Partial<RangeRecord> = {}): RangeRecord {
  const id = n.toString(16).padStart(16, '0');
  return { id, start: quadText(start), end: quadText(end), createdAt: AT, createdBy: 'ada', ...more };
}

export function draft(scope: Draft['scope'], expected: number, more: Partial<Draft> = {}): Draft {
  return { scope, expected, at: AT, by: 'ada (staff)', removed: [], added: [], ...more };
}

/** A draft that switches a scope on or off. */
export function toggle(
  scope: Draft['scope'],
  expected: number,
  enabled: boolean,
  more: Partial<Draft> = {},
): Draft {
  return draft(scope, expected, { settings: { before: { enabled: !enabled }, after: { enabled } }, ...more });
}

export interface Said {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: object;
}

/** A log that remembers. */
export function memoryLog(): StoreLog & { said: Said[] } {
  const said: Said[] = [];
  const at =
    (level: Said['level']) =>
    (fields: object, message: string): void => {
      said.push({ level, message, fields });
    };
  return { said, info: at('info'), warn: at('warn'), error: at('error') };
}

/** A follower that remembers. */
export function recorder(): Follower & { changes: Change[]; lostWhy: string[]; confirmedAt: number[] } {
  const changes: Change[] = [];
  const lostWhy: string[] = [];
  const confirmedAt: number[] = [];
  return {
    changes,
    lostWhy,
    confirmedAt,
    change: (change) => changes.push(change),
    lost: (why) => lostWhy.push(why),
    confirmed: (atMs) => confirmedAt.push(atMs),
  };
}

export const positionOf = ({ revision, changeId }: Position): Position => ({ revision, changeId });

/** Waits until something holds, and says what did not where it takes too long. */
export async function until(holds: () => boolean, what: string, timeoutMs = 10_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
