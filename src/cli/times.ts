import { readInstant } from '../policy/expiry.ts';
import { usage } from './io.ts';

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const;

const FORMS =
  'a span (90m, 12h, 7d, 2w), a date (2030-01-31: to its end), a time (18:00), or both, with or without an offset';
const PAST =
  'a span back from now (90m, 12h, 7d, 2w), a date (2030-01-31), a time (18:00), or both, with or without an offset';

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

/** `until`: what is ahead; `from` and `to`: the ends of a stretch of the past. */
type Sense = 'until' | 'from' | 'to';

function read(text: string, now: Date, sense: Sense): Date | undefined {
  const span = /^([1-9]\d{0,4})([mhdw])$/.exec(text);
  if (span !== null) {
    const unit = UNIT_MS[(span[2] ?? 'd') as keyof typeof UNIT_MS];
    return new Date(now.getTime() + (sense === 'until' ? 1 : -1) * Number(span[1]) * unit);
  }
  const date = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (date !== null) {
    const day = localTime(numbers(date));
    if (sense === 'from' || day === undefined) return day;
    return sense === 'to' ? movedBy(day, 1) : localTime([...numbers(date), 23, 59, 59]);
  }
  const both = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d))?$/.exec(text);
  if (both !== null) return localTime(numbers(both));
  const time = /^(\d\d):(\d\d)$/.exec(text);
  if (time !== null) {
    const today = localTime([now.getFullYear(), now.getMonth() + 1, now.getDate(), ...numbers(time)]);
    if (today === undefined || today > now === (sense === 'until')) return today;
    return movedBy(today, sense === 'until' ? 1 : -1);
  }
  const instant = readInstant(text);
  return instant === undefined ? undefined : new Date(instant);
}

/** The same time of the day some days on, also at the end of a month. */
function movedBy(date: Date, days: number): Date {
  const moved = new Date(date);
  moved.setDate(moved.getDate() + days);
  return moved;
}

/** What `--expires` means, as RFC 3339; times without an offset are those of this machine. */
export function readExpires(text: string, nowMs: number): string {
  const now = new Date(nowMs);
  const until = read(text.trim(), now, 'until');
  if (until === undefined) throw usage(`--expires "${text}" is no time: give ${FORMS}`);
  if (until <= now) throw usage(`--expires "${text}" is not in the future`);
  return until.toISOString();
}

/** What `--from`, `--at` or `--to` means, as RFC 3339; a date is its beginning or its end, and times are those of this machine. */
export function readPast(flag: 'from' | 'to' | 'at', text: string, nowMs: number): string {
  const at = read(text.trim(), new Date(nowMs), flag === 'to' ? 'to' : 'from');
  if (at === undefined) throw usage(`--${flag} "${text}" is no time: give ${PAST}`);
  return at.toISOString();
}
