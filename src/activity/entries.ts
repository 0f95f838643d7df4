import type { Decisions } from './decisions.ts';
import { dayMs } from './database.ts';
import type { Mark } from './event.ts';
import type { StreamPosition } from './ingest.ts';
import type { LinkedBatch } from './link.ts';
import { unseal } from './sealed.ts';
import type { StreamEntry } from './stream.ts';

/** Keeps an entry of the stream, and says what of the stream was gone before it. Throws where it cannot be kept. */
export function keepEntry(decisions: Decisions, entry: StreamEntry, retentionDays: number): void {
  const before = decisions.position();
  const gone = before.total < 0 ? 0 : entry.total - entry.events - before.total;
  const trims = before.trims + (gone === 0 && before.total >= 0 ? 0 : 1);
  const batch = opened(entry);
  const marks: Mark[] = [];
  const toMs = msOf(entry.id);
  const fromMs = Math.max(msOf(before.id), toMs - retentionDays * dayMs);
  if (gone > 0) marks.push({ kind: 'pruned', fromMs, toMs, count: gone, replica: '' });
  if (batch === undefined) marks.push({ kind: 'lost', fromMs, toMs, count: entry.events, replica: '' });
  const position = { id: entry.id, total: entry.total, trims };
  decisions.keep(batch === undefined ? [] : [batch], marks, position);
}

/** The stream is not the one that was read: all that it has is looked at again. */
export function rewind(decisions: Decisions): void {
  const from: StreamPosition = { id: '0-0', total: -1, trims: decisions.position().trims };
  decisions.keep([], [], from);
}

/** Undefined where somebody else wrote it: it is passed over, and told as lost. */
function opened({ sealed }: StreamEntry): LinkedBatch | undefined {
  try {
    return unseal(sealed);
  } catch {
    return undefined;
  }
}

function msOf(id: string): number {
  return Number(id.split('-')[0]);
}
