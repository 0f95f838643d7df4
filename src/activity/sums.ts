import { dayMs, hourMs, type Index } from './database.ts';
import { cellOf, type PlacedRow, type Row } from './event.ts';

/** How many events of one hour were decided alike; `bot` is empty for those of all bots. */
export interface HourSum {
  readonly bot: string;
  readonly hour: number;
  readonly outcome: string;
  readonly reason: string;
  readonly enforced: number;
  count: number;
}

/** How many events of one day a bot or a range had. */
export interface DaySum {
  readonly kind: 'bot' | 'range';
  readonly day: number;
  readonly name: string;
  count: number;
  refused: number;
  /** Unix milliseconds. */
  lastMs: number;
}

export interface Sums {
  readonly hours: readonly HourSum[];
  readonly days: readonly DaySum[];
}

/** The sums of some events. */
export function sumUp(rows: readonly PlacedRow[]): Sums {
  const hours = new Map<string, HourSum>();
  const days = new Map<string, DaySum>();
  for (const { row } of rows) {
    const atMs = Number(row[0]);
    const bot = textOf(row, 'bot');
    const range = textOf(row, 'rangeId');
    const refused = cellOf(row, 'outcome') === 'forward' ? 0 : 1;
    addHour(hours, row, '');
    if (bot !== undefined) {
      addHour(hours, row, bot);
      addDay(days, {
        kind: 'bot',
        day: Math.floor(atMs / dayMs),
        name: bot,
        count: 1,
        refused,
        lastMs: atMs,
      });
    }
    if (range !== undefined) {
      const name = `${textOf(row, 'scope') ?? ''}/${range}`;
      addDay(days, { kind: 'range', day: Math.floor(atMs / dayMs), name, count: 1, refused, lastMs: atMs });
    }
  }
  return { hours: [...hours.values()], days: [...days.values()] };
}

function textOf(row: Row, name: 'bot' | 'rangeId' | 'scope'): string | undefined {
  const cell = cellOf(row, name);
  return cell === null ? undefined : String(cell);
}

function addHour(sums: Map<string, HourSum>, row: Row, bot: string): void {
  const hour = Math.floor(Number(row[0]) / hourMs);
  const outcome = String(cellOf(row, 'outcome'));
  const reason = String(cellOf(row, 'reason'));
  const enforced = Number(cellOf(row, 'enforced'));
  const key = `${hour}\n${outcome}\n${reason}\n${enforced}\n${bot}`;
  const sum = sums.get(key);
  if (sum === undefined) sums.set(key, { bot, hour, outcome, reason, enforced, count: 1 });
  else sum.count += 1;
}

function addDay(sums: Map<string, DaySum>, added: DaySum): void {
  const key = `${added.kind}\n${added.day}\n${added.name}`;
  const sum = sums.get(key);
  if (sum === undefined) sums.set(key, added);
  else {
    sum.count += added.count;
    sum.refused += added.refused;
    sum.lastMs = Math.max(sum.lastMs, added.lastMs);
  }
}

/** Adds sums to those of the file. */
export function writeSums(index: Index, { hours, days }: Sums): void {
  const hour = index.prepare(
    `insert into hours (bot, hour, outcome, reason, enforced, count) values (?, ?, ?, ?, ?, ?)
     on conflict do update set count = count + excluded.count`,
  );
  for (const sum of hours) hour.run(sum.bot, sum.hour, sum.outcome, sum.reason, sum.enforced, sum.count);
  const day = index.prepare(
    `insert into days (kind, day, name, count, refused, lastMs) values (?, ?, ?, ?, ?, ?) on conflict do update set
     count = count + excluded.count, refused = refused + excluded.refused, lastMs = max(lastMs, excluded.lastMs)`,
  );
  for (const sum of days) day.run(sum.kind, sum.day, sum.name, sum.count, sum.refused, sum.lastMs);
}
