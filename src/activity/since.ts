import type { Index } from './database.ts';
import type { TimedFilter } from './match.ts';

/** The first start that is known of, unless what came after it was deleted. */
export function recordedSince(index: Index, { fromMs, toMs }: Pick<TimedFilter, 'fromMs' | 'toMs'>): number {
  const at = (what: string, kind: string): number | null =>
    (index.prepare(`select ${what} as at from marks where kind = ?`).get(kind) as { at: number | null }).at;
  return Math.max(fromMs, at('max(toMs)', 'pruned') ?? at('min(fromMs)', 'start') ?? toMs);
}
