import type { Decisions } from './decisions.ts';
import { dayMs } from './database.ts';
import type { Mark } from './event.ts';
import type { StreamPosition } from './ingest.ts';
import type { LinkedBatch } from './link.ts';
import { unseal } from './sealed.ts';
import type { StreamEntry } from './stream.ts';

/** Keeps entries of the stream, and says what of it was gone before them. Throws where they cannot be kept. */
export function keepEntries(
  decisions: Decisions,
  entries: readonly StreamEntry[],
  retentionDays: number,
): void {
  let position = decisions.position();
  const batches: LinkedBatch[] = [];
  const marks: Mark[] = [];
  for (const entry of entries) {
    const { id, total, events } = entry;
    const isKnown = position.total >= 0;
    const gone = isKnown ? total - events - position.total : 0;
    const batch = openedEntry(entry);
    const toMs = msOf(id);
    const span = { fromMs: Math.max(msOf(position.id), toMs - retentionDays * dayMs), toMs };
    if (gone > 0) marks.push({ kind: 'pruned', ...span, count: gone, replica: '' });
    if (batch === undefined) marks.push({ kind: 'lost', ...span, count: events, replica: '' });
    else batches.push(batch);
    position = { id, total, trims: position.trims + (isKnown && gone === 0 ? 0 : 1) };
  }
  decisions.keep(batches, marks, position);
}

/** The stream is not the one that was read: all that it has is looked at again. */
export function rewind(decisions: Decisions): void {
  const from: StreamPosition = { id: '0-0', total: -1, trims: decisions.position().trims };
  decisions.keep([], [], from);
}

/** The batch of an entry. Undefined where somebody else wrote it: it is passed over, and told as lost. */
export function openedEntry({ sealed }: StreamEntry): LinkedBatch | undefined {
  try {
    return unseal(sealed);
  } catch {
    return undefined;
  }
}

function msOf(id: string): number {
  return Number(id.split('-')[0]);
}
