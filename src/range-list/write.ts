import { FIELDS } from './columns.ts';
import type { ListedRange } from './entry.ts';
import type { Format } from './list.ts';
import { noteCell } from './note.ts';

function csvRow({ start, end, note = '', expiresAt = '', purpose = '' }: ListedRange): string {
  return [start, end, noteCell(note), expiresAt, noteCell(purpose)].join(',');
}

/** Writes a list so that reading it gives the same ranges again. */
export function writeRangeList(ranges: readonly ListedRange[], format: Format): string {
  if (format === 'csv') return [FIELDS.join(','), ...ranges.map(csvRow), ''].join('\n');
  const list = ranges.map(({ start, end, note, expiresAt, purpose }) => ({
    start,
    end,
    note,
    expiresAt,
    purpose,
  }));
  return `${JSON.stringify(list, undefined, 2)}\n`;
}
