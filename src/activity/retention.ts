import { dayMs, hourMs, inTransaction, type Index } from './database.ts';
import { createMarks } from './ingest.ts';

export interface RetentionOptions {
  /** Days that an event is kept. */
  readonly retentionDays: number;
  /** Of the index file. */
  readonly maxBytes: number;
}

/** So many go in one transaction, so that new events get their turn between. */
const chunk = 5_000;

/** Deletes what is too old or too much, oldest first, in small steps; false where there was nothing to delete. */
export function pruneSome(index: Index, options: RetentionOptions, nowMs: number): boolean {
  const before = nowMs - options.retentionDays * dayMs;
  const tooMuch = bytesInUse(index) > options.maxBytes;
  const limit = tooMuch ? Number.MAX_SAFE_INTEGER : before;
  const oldest = index
    .prepare('select id, "atMs" as atMs from events where "atMs" < ? order by "atMs" limit ?')
    .all(limit, chunk) as readonly { readonly id: number; readonly atMs: number }[];
  const [first] = oldest;
  const last = oldest.at(-1);
  if (first === undefined || last === undefined) return false;
  inTransaction(index, () => {
    const remove = index.prepare('delete from events where id = ?');
    for (const { id } of oldest) remove.run(id);
    index.prepare('delete from hours where hour < ?').run(Math.floor(before / hourMs));
    index.prepare('delete from days where day < ?').run(Math.floor(before / dayMs));
    index.prepare('delete from marks where toMs < ?').run(before);
    writePruned(index, first.atMs, last.atMs, oldest.length);
  });
  index.prepare('pragma incremental_vacuum(2000)').all();
  return true;
}

/** One mark for what was deleted of a day, that grows. */
function writePruned(index: Index, fromMs: number, toMs: number, count: number): void {
  const found = index
    .prepare("select id from marks where kind = 'pruned' and toMs >= ? limit 1")
    .get(fromMs - dayMs) as { readonly id: number } | undefined;
  if (found === undefined) createMarks(index)({ kind: 'pruned', fromMs, toMs, count, replica: '' });
  else
    index
      .prepare('update marks set toMs = max(toMs, ?), count = count + ? where id = ?')
      .run(toMs, count, found.id);
}

/** Bytes in use, free pages left out. */
export function bytesInUse(index: Index): number {
  const pragma = (name: string): number =>
    Number((index.prepare(`pragma ${name}`).get() as Readonly<Record<string, number>>)[name]);
  return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
}
