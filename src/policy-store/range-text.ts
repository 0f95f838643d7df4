import { isRangeId } from '../policy/whitelist.ts';
import type { CompactRange } from '../policy/whitelist.ts';
import { quadValue, untilSeconds } from './record.ts';
import type { RangeRecord } from './store.ts';

// One range as one line: `start-end expires created by updated by =note`, an absent field empty. Times are
// milliseconds in base 36 where that gives them back exactly; a name is percent-encoded; the note is the rest.

function timeText(time: string | undefined): string {
  if (time === undefined) return '';
  const ms = Date.parse(time);
  return !Number.isNaN(ms) && ms >= 0 && new Date(ms).toISOString() === time ? ms.toString(36) : encode(time);
}

function readTime(text: string): string | undefined {
  if (text === '') return undefined;
  return /^[0-9a-z]+$/.test(text)
    ? new Date(Number.parseInt(text, 36)).toISOString()
    : decodeURIComponent(text);
}

/** Half of a surrogate pair cannot be encoded: it becomes the replacement character, as in UTF-8. */
const encode = (text: string): string => encodeURIComponent(Buffer.from(text).toString());

/** A range for Redis, without its id. */
export function rangeText(range: RangeRecord): string {
  const { start, end, note, expiresAt, createdAt, createdBy, updatedAt, updatedBy } = range;
  const times = `${timeText(expiresAt)} ${timeText(createdAt)}`;
  const update = `${timeText(updatedAt)} ${encode(updatedBy ?? '')}`;
  return `${start}-${end} ${times} ${encode(createdBy)} ${update} ${note === undefined ? '' : `=${note}`}`;
}

const LINE = /^([0-9.]+)-([0-9.]+) (\S*) (\S+) (\S*) (\S*) (\S*) (?:=([^]*))?$/;

/** The range as it was written; undefined where the text is not one. */
export function readRange(id: string, text: string): RangeRecord | undefined {
  const match = LINE.exec(text);
  if (match === null || !isRangeId(id)) return undefined;
  try {
    const [, start = '', end = '', expires = '', created = '', by = '', updated = '', updatedBy = '', note] =
      match;
    const [expiresAt, createdAt, updatedAt] = [readTime(expires), readTime(created), readTime(updated)];
    return {
      id,
      start,
      end,
      ...(note === undefined ? {} : { note }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
      createdAt: createdAt ?? '',
      createdBy: decodeURIComponent(by),
      ...(updatedAt === undefined ? {} : { updatedAt, updatedBy: decodeURIComponent(updatedBy) }),
    };
  } catch {
    return undefined;
  }
}

/** What the compiled form needs of a range, or why it cannot be read. */
export function readCompact(id: string, text: string): CompactRange | string {
  const dash = text.indexOf('-');
  const space = text.indexOf(' ', dash);
  const start = quadValue(text.slice(0, dash));
  const end = quadValue(text.slice(dash + 1, space));
  if (!isRangeId(id)) return `range id ${JSON.stringify(id.slice(0, 40))} is not 16 hex digits`;
  if (start === undefined || end === undefined || start > end) return `range ${id} cannot be read`;
  const expires = text.slice(space + 1, text.indexOf(' ', space + 1));
  if (expires === '') return { id, start, end, until: untilSeconds(undefined) };
  const ms = /^[0-9a-z]+$/.test(expires) ? Number.parseInt(expires, 36) : Date.parse(decode(expires));
  if (Number.isNaN(ms)) return `range ${id} expires at no time`;
  return { id, start, end, until: untilSeconds(new Date(ms).toISOString()) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
