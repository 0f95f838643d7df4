const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:Z|([+-])(\d{2}):(\d{2}))$/i;

/** The compiled form holds Unix seconds in 32 bits, so expiries end with the century. */
const LATEST_MS = Date.UTC(2100, 0, 1);

/** Unix milliseconds of an RFC 3339 time with an offset; undefined where it is not one. */
export function readInstant(input: unknown): number | undefined {
  const match = typeof input === 'string' ? RFC_3339.exec(input) : null;
  if (match === null) return undefined;
  const part = (index: number): number => Number(match[index] ?? 0);
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)];
  if (hour > 23 || minute > 59 || second > 59 || part(9) > 23 || part(10) > 59) return undefined;
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  // Date.UTC takes 30 February for 1 March, and years below 100 for 19xx.
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) {
    return undefined;
  }
  const offsetMs = (part(9) * 60 + part(10)) * 60_000 * (match[8] === '-' ? -1 : 1);
  return date.getTime() + Math.floor(Number(`0.${match[7] ?? '0'}`) * 1000) - offsetMs;
}

/** Why a value cannot be the end of a range's life, if it cannot. None and null mean for good. */
export function expiryMistake(input: unknown, nowMs: number): string | undefined {
  if (input === undefined || input === null) return undefined;
  if (typeof input !== 'string') return 'must be a text';
  const instant = readInstant(input);
  if (instant === undefined) return 'must be a time with its offset (RFC 3339), as 2030-01-31T18:00:00Z';
  if (instant <= nowMs) return 'must be in the future';
  if (instant >= LATEST_MS) return 'must be before the year 2100';
  return undefined;
}
