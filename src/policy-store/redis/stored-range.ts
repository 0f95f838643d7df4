import { isRangeId } from '../../policy/whitelist.ts';
import type { CompactRange } from '../../policy/whitelist.ts';
import { readQuad, untilSeconds } from '../../changes/record.ts';
import type { RangeRecord } from '../../changes/change.ts';

// One range as one line: `start-end expires created by updated by ~purpose =note`, an absent field empty, an absent
// purpose left out. Times are milliseconds in base 36 where that gives them back exactly; a name and a purpose are
// percent-encoded; the note is the rest.

/** Neighbours in a list mostly have the same times and names: the last answer is kept. */
function remembered<T>(work: (text: string) => T): (text: string) => T {
  let last: { text: string; result: T } | undefined;
  return (text) => {
    if (last?.text !== text) last = { text, result: work(text) };
    return last.result;
  };
}

function writeTime(time: string): string {
  const ms = Date.parse(time);
  return !Number.isNaN(ms) && ms >= 0 && new Date(ms).toISOString() === time ? ms.toString(36) : encode(time);
}

function parseTime(text: string): string {
  return /^[0-9a-z]+$/.test(text)
    ? new Date(Number.parseInt(text, 36)).toISOString()
    : decodeURIComponent(text);
}

/** Half of a surrogate pair cannot be encoded: it becomes the replacement character, as in UTF-8. */
const encode = (text: string): string => encodeURIComponent(Buffer.from(text).toString());

const [expiryText, creationText, updateText] = [
  remembered(writeTime),
  remembered(writeTime),
  remembered(writeTime),
];
const [readExpiry, readCreation, readUpdate] = [
  remembered(parseTime),
  remembered(parseTime),
  remembered(parseTime),
];
const [creatorText, updaterText] = [remembered(encode), remembered(encode)];
const [readCreator, readUpdater] = [remembered(decodeURIComponent), remembered(decodeURIComponent)];

/** A range for Redis, without its id. */
export function rangeText(range: RangeRecord): string {
  const { start, end, note, purpose, expiresAt, createdAt, createdBy, updatedAt, updatedBy } = range;
  const expires = expiresAt === undefined ? '' : expiryText(expiresAt);
  const update = updatedAt === undefined ? ' ' : `${updateText(updatedAt)} ${updaterText(updatedBy ?? '')}`;
  const created = `${creationText(createdAt)} ${creatorText(createdBy)}`;
  const why = purpose === undefined ? '' : `~${encode(purpose)} `;
  return `${start}-${end} ${expires} ${created} ${update} ${why}${note === undefined ? '' : `=${note}`}`;
}

const LINE = /^([0-9.]+)-([0-9.]+) (\S*) (\S+) (\S*) (\S*) (\S*) (?:~(\S*) )?(?:=([^]*))?$/;

/** The range as it was written; undefined where the text is not one. */
export function readRange(id: string, text: string): RangeRecord | undefined {
  const match = LINE.exec(text);
  if (match === null || !isRangeId(id)) return undefined;
  try {
    const [, start = '', end = '', expires = '', created = '', by = '', ...rest] = match;
    const [updated = '', updatedBy = '', purpose, note] = rest;
    return {
      id,
      start,
      end,
      ...(note === undefined ? {} : { note }),
      ...(purpose === undefined ? {} : { purpose: decodeURIComponent(purpose) }),
      ...(expires === '' ? {} : { expiresAt: readExpiry(expires) }),
      createdAt: readCreation(created),
      createdBy: readCreator(by),
      ...(updated === '' ? {} : { updatedAt: readUpdate(updated), updatedBy: readUpdater(updatedBy) }),
    };
  } catch {
    return undefined;
  }
}

/** What the compiled form needs of a range, or why it cannot be read. */
export function readCompact(id: string, text: string): CompactRange | string {
  const dash = text.indexOf('-');
  const space = text.indexOf(' ', dash);
  const start = readQuad(text.slice(0, dash));
  const end = readQuad(text.slice(dash + 1, space));
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
