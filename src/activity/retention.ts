import { filterId, partId } from './compact.ts';
import { dayMs, hourMs, inTransaction, type Index } from './database.ts';
import { createMarks } from './ingest.ts';
import { removeRun } from './runs.ts';
import type { Span } from './segment.ts';
import { filterNames } from './terms.ts';

export interface RetentionOptions {
  /** Days that an event is kept, and at most some hours longer. */
  readonly retentionDays: number;
  /** Of the file. */
  readonly maxBytes: number;
}

/** So many segments go in one transaction, so that new events get their turn between. */
const mostAtOnce = 8;

/** Deletes what is too old or too much, oldest first, in small steps; false where there was nothing to delete. */
export function pruneSome(index: Index, options: RetentionOptions, nowMs: number): boolean {
  const before = nowMs - options.retentionDays * dayMs;
  const tooMuch = sizeOf(index) > options.maxBytes;
  const oldest = index
    .prepare(
      'select id, fromMs, toMs, count from segments where pruned = 0 and toMs < ? order by toMs limit ?',
    )
    .all(tooMuch ? Number.MAX_SAFE_INTEGER : before, tooMuch ? 1 : mostAtOnce) as readonly Pruned[];
  const last = oldest.at(-1);
  inTransaction(index, () => {
    for (const segment of oldest) removeSegment(index, segment);
    // Sums of days of which nothing else is left take room, too.
    const horizon = tooMuch && last !== undefined ? Math.max(before, last.fromMs) : before;
    index.prepare('delete from hours where hour < ?').run(Math.floor(horizon / hourMs));
    index.prepare('delete from days where day < ?').run(Math.floor(horizon / dayMs));
    index.prepare("delete from marks where kind <> 'pruned' and toMs < ?").run(before - dayMs);
    for (const { fromMs, toMs, count } of oldest) writePruned(index, fromMs, toMs, count);
  });
  if (last === undefined) return false;
  index.prepare('pragma incremental_vacuum(2000)').all();
  return true;
}

interface Pruned extends Span {
  readonly id: number;
  readonly count: number;
}

/** Its place in the chains stays while there is an older segment, since the next one is linked to it; the newest stays for its number. */
function removeSegment(index: Index, { id }: Pruned): void {
  removeRun(index, id);
  index
    .prepare('delete from parts where id between ? and ?')
    .run(partId(id, 'replica'), partId(id, 'checks'));
  for (const name of filterNames) index.prepare('delete from filters where id = ?').run(filterId(id, name));
  index.prepare('update segments set pruned = 1 where id = ?').run(id);
  index
    .prepare(
      `delete from segments where id <
       (select coalesce(min(case when pruned = 0 then id end), max(id)) from segments)`,
    )
    .run();
}

/** One mark for what was deleted of a day, that grows. */
function writePruned(index: Index, fromMs: number, toMs: number, count: number): void {
  const found = index
    .prepare("select id from marks where kind = 'pruned' and toMs >= ? limit 1")
    .get(fromMs - dayMs) as { readonly id: number } | undefined;
  if (found === undefined) createMarks(index)({ kind: 'pruned', fromMs, toMs, count, replica: '' });
  else
    index
      .prepare(
        'update marks set fromMs = min(fromMs, ?), toMs = max(toMs, ?), count = count + ? where id = ?',
      )
      .run(fromMs, toMs, count, found.id);
}

/** Bytes in use, free pages left out. */
export function sizeOf(index: Index): number {
  const pragma = (name: string): number =>
    Number((index.prepare(`pragma ${name}`).get() as Readonly<Record<string, number>>)[name]);
  return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
}
