import { readRangeList } from '../../../../range-list/list.ts';
import type { Item, RangeList } from '../../../../range-list/list.ts';
import type { ListedRange } from '../../../../range-list/entry.ts';

export type ReadRange = ListedRange & Pick<Item, 'line'>;

export type BadLine = Pick<Extract<Item, { ok: false }>, 'line' | 'text' | 'message'>;

export interface ReadList extends Pick<RangeList, 'unit'> {
  readonly ranges: readonly ReadRange[];
  readonly bad: readonly BadLine[];
}

const sliceMs = 12;

/** Reads a list as the command line and the API do, in slices, so that a long one does not freeze the page. */
export async function readList(
  text: string,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<ReadList> {
  const { unit, items } = readRangeList(text, Date.now());
  const ranges: ReadRange[] = [];
  const bad: BadLine[] = [];
  let slice = performance.now();
  for (const item of items) {
    if (item.ok) ranges.push({ ...item.range, line: item.line });
    else bad.push(item);
    if (performance.now() - slice < sliceMs) continue;
    onProgress(item.share);
    await new Promise((resolve) => setTimeout(resolve));
    signal.throwIfAborted();
    slice = performance.now();
  }
  onProgress(1);
  return { ranges, bad, unit };
}

/** As it goes to the gateway: its own members and nothing else. */
export function bare({ start, end, note, purpose, expiresAt }: ReadRange): ListedRange {
  return {
    start,
    end,
    ...(note === undefined ? {} : { note }),
    ...(purpose === undefined ? {} : { purpose }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}
