import { columnOf, rowsWhere, type Column } from './column.ts';
import { unpackColumn } from './column-unpack.ts';
import type { Index } from './database.ts';
import type { Span } from './segment.ts';
import { visitKeys, type VisitFilter, type Visits } from './visits.ts';

/**
 * A sorted run: the requests of some segments once more, by bot, and counted where they are alike. A forecast of one
 * bot reads little of it, where it would read every segment. It is derived: what happened is said by segments alone.
 */
export interface Run extends Span {
  readonly id: number;
  /** Of the numbers of its segments, inclusive. */
  readonly firstSegment: number;
  readonly lastSegment: number;
  readonly chunks: string;
}

/** Some rows of a run. `''` stands for no bot, as the first of all. */
export interface Chunk {
  readonly fromBot: string;
  readonly toBot: string;
  readonly rows: number;
}

/** The columns of a run: the times as steps, from its beginning and from the first request of the row. */
export const runColumns = [...visitKeys, 'firstMs', 'lastMs', 'count'] as const;
export type RunColumn = (typeof runColumns)[number];

/** The row of `visits` that holds a column of a chunk. */
export function visitId(run: number, chunk: number, column: RunColumn): number {
  return (run * 4096 + chunk) * 8 + runColumns.indexOf(column);
}

/** Runs that lie within a time and of which every segment is there still, newest first. */
export function runsIn(index: Index, { fromMs, toMs }: Span): readonly Run[] {
  return index
    .prepare(
      `select id, fromMs, toMs, firstSegment, lastSegment, chunks from runs where fromMs >= ? and toMs <= ?
       and segments = (select count(*) from segments where id between firstSegment and lastSegment and pruned = 0)
       order by toMs desc`,
    )
    .all(fromMs, toMs) as readonly Run[];
}

/** Deletes the run that holds a segment: it would tell of what is deleted. */
export function removeRun(index: Index, segment: number): void {
  const found = index
    .prepare('select id from runs where ? between firstSegment and lastSegment')
    .get(segment) as Pick<Run, 'id'> | undefined;
  if (found === undefined) return;
  const [first, next] = [found.id, found.id + 1].map((id) => visitId(id, 0, 'bot'));
  index.prepare('delete from visits where id >= ? and id < ?').run(first ?? 0, next ?? 0);
  index.prepare('delete from runs where id = ?').run(found.id);
}

interface Stored {
  readonly data: ArrayBuffer;
}

/** What a run holds of a bot, or of all; nothing where it was deleted meanwhile. */
export function* visitsOfRun(index: Index, run: Run, { bot, orNone }: VisitFilter): Iterable<Visits> {
  const columns = index.prepare('select data from visits where id between ? and ? order by id');
  const wanted = bot === undefined ? undefined : [bot, ...(orNone ? [''] : [])];
  const chunks = JSON.parse(run.chunks) as readonly Chunk[];
  for (const [at, { fromBot, toBot, rows }] of chunks.entries()) {
    if (wanted?.every((name) => name < fromBot || name > toBot)) continue;
    // All at once: to ask for one costs more than to read it.
    const first = visitId(run.id, at, 'bot');
    const found = columns.all(first, visitId(run.id, at, 'count')) as readonly Stored[];
    if (found.length < runColumns.length) return;
    const read = (name: RunColumn): Column => {
      const data = found[runColumns.indexOf(name)]?.data;
      return data === undefined ? columnOf([]) : unpackColumn(new Uint8Array(data));
    };
    yield { rows: rowsOf(() => read('bot'), rows, wanted), ...readingLater(run, read) };
  }
}

function rowsOf(read: () => Column, count: number, wanted: readonly string[] | undefined): readonly number[] {
  const rows: number[] = [];
  const bots = wanted && read();
  const holds =
    bots === undefined
      ? () => true
      : rowsWhere(bots, count, (at) => wanted?.includes(String(bots.value(at) ?? '')) ?? true);
  for (let row = 0; holds !== undefined && row < count; row++) if (holds(row)) rows.push(row);
  return rows;
}

/** Columns are read as they are asked for: most forecasts need not know of everybody who it was, and when. */
function readingLater({ fromMs }: Span, read: (name: RunColumn) => Column): Omit<Visits, 'rows'> {
  const columns: { [Name in RunColumn]?: Column } = {};
  const column = (name: RunColumn): Column => (columns[name] ??= read(name));
  const firstMs = (row: number): number => fromMs + Number((columns.firstMs ?? column('firstMs')).cell(row));
  return {
    column,
    firstMs,
    lastMs: (row) => firstMs(row) + Number((columns.lastMs ?? column('lastMs')).cell(row)),
    count: (row) => Number((columns.count ?? column('count')).cell(row)),
  };
}
