import { dayMs, hourMs, type Index } from './database.ts';
import { cellOf, eventColumns, type PlacedRow, type Row } from './event.ts';

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

/** Events that are alike in all that is summed. */
interface Alike {
  readonly row: Row;
  count: number;
  lastMs: number;
}

/** The sums of some events. */
export function sumUp(rows: readonly PlacedRow[]): Sums {
  const hours = new Map<string, HourSum>();
  const days = new Map<string, DaySum>();
  for (const { row, count, lastMs } of alike(rows)) {
    const bot = textOf(row, 'bot');
    const range = textOf(row, 'rangeId');
    const refused = cellOf(row, 'outcome') === 'forward' ? 0 : count;
    const day = { day: Math.floor(lastMs / dayMs), count, refused, lastMs };
    addHour(hours, row, '', count);
    if (bot !== undefined) {
      addHour(hours, row, bot, count);
      addDay(days, { kind: 'bot', name: bot, ...day });
    }
    if (range !== undefined)
      addDay(days, { kind: 'range', name: `${textOf(row, 'scope') ?? ''}/${range}`, ...day });
  }
  return { hours: [...hours.values()], days: [...days.values()] };
}

const [outcomeAt = 0, reasonAt = 0, enforcedAt = 0, botAt = 0, scopeAt = 0, rangeAt = 0] = (
  ['outcome', 'reason', 'enforced', 'bot', 'scope', 'rangeId'] as const
).map((name) => eventColumns.indexOf(name));

/** Most are like others of their hour, and are counted before anything is made of them. */
function alike(rows: readonly PlacedRow[]): Iterable<Alike> {
  const found = new Map<string, Alike>();
  for (const { row } of rows) {
    const atMs = Number(row[0]);
    const decided = `${row[outcomeAt]}\n${row[reasonAt]}\n${row[enforcedAt]}\n${row[botAt]}`;
    const key = `${Math.floor(atMs / hourMs)}\n${decided}\n${row[scopeAt]}\n${row[rangeAt]}`;
    const same = found.get(key);
    if (same === undefined) found.set(key, { row, count: 1, lastMs: atMs });
    else {
      same.count += 1;
      same.lastMs = Math.max(same.lastMs, atMs);
    }
  }
  return found.values();
}

function textOf(row: Row, name: 'bot' | 'rangeId' | 'scope'): string | undefined {
  const cell = cellOf(row, name);
  return cell === null ? undefined : String(cell);
}

function addHour(sums: Map<string, HourSum>, row: Row, bot: string, count: number): void {
  const hour = Math.floor(Number(row[0]) / hourMs);
  const outcome = String(cellOf(row, 'outcome'));
  const reason = String(cellOf(row, 'reason'));
  const enforced = Number(cellOf(row, 'enforced'));
  const key = `${hour}\n${outcome}\n${reason}\n${enforced}\n${bot}`;
  const sum = sums.get(key);
  if (sum === undefined) sums.set(key, { bot, hour, outcome, reason, enforced, count });
  else sum.count += count;
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
