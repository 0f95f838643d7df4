import { readInstant } from '../../policy/expiry.ts';
import { usage } from '../io.ts';

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const;

const FORMS =
  'a span (90m, 12h, 7d, 2w), a date (2030-01-31: to its end), a time (18:00), or both, with or without an offset';

/** The days of a month and the hours of a day, without what `Date` makes of 31 February. */
function localTime(parts: readonly number[]): Date | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  const date = new Date(year, month - 1, day, hour, minute, second);
  const back = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  const isReal = back.every((part, at) => part === parts[at]) && hour < 24 && minute < 60 && second < 60;
  return isReal ? date : undefined;
}

function numbers(match: RegExpExecArray): number[] {
  return match.slice(1).map((part) => Number(part ?? 0));
}

function read(text: string, now: Date): Date | undefined {
  const span = /^([1-9]\d{0,4})([mhdw])$/.exec(text);
  if (span !== null) {
    const unit = UNIT_MS[(span[2] ?? 'd') as keyof typeof UNIT_MS];
    return new Date(now.getTime() + Number(span[1]) * unit);
  }
  const date = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (date !== null) return localTime([...numbers(date), 23, 59, 59]);
  const both = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d))?$/.exec(text);
  if (both !== null) return localTime(numbers(both));
  const time = /^(\d\d):(\d\d)$/.exec(text);
  if (time !== null) {
    const today = localTime([now.getFullYear(), now.getMonth() + 1, now.getDate(), ...numbers(time)]);
    return today === undefined || today > now ? today : nextDay(today);
  }
  const instant = readInstant(text);
  return instant === undefined ? undefined : new Date(instant);
}

/** The same time of the day on the next one, also at the end of a month. */
function nextDay(date: Date): Date {
  const next = new Date(date);
  next.setDate(next.getDate() + 1);
  return next;
}

/** What `--expires` means, as RFC 3339; times without an offset are those of this machine. */
export function readExpires(text: string, nowMs: number): string {
  const now = new Date(nowMs);
  const until = read(text.trim(), now);
  if (until === undefined) throw usage(`--expires "${text}" is no time: give ${FORMS}`);
  if (until <= now) throw usage(`--expires "${text}" is not in the future`);
  return until.toISOString();
}
