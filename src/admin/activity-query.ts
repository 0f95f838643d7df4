import type Type from 'typebox';
import type { Filter } from '../activity/match.ts';
import type { Cursor } from '../activity/query.ts';
import type { FieldError } from '../policy/range.ts';
import { parseRangeLine } from '../policy/range-text.ts';
import { isBotId } from '../policy/resource.ts';
import { instantOf, NO_TIME } from './change-search.ts';
import type { ActivityQuery } from './schemas.ts';

type Query = Type.Static<typeof ActivityQuery>;

/** What is asked of the record; what is absent narrows nothing. */
export interface ActivitySearch {
  readonly wanted: Filter;
  readonly cursor?: Cursor;
}

/** Reads the search, or names what cannot be asked. */
export function activitySearch(query: Query): ActivitySearch | readonly FieldError[] {
  const { from, to, address, after, limit: _limit, ...equal } = query;
  const [fromMs, toMs] = [instantOf(from), instantOf(to)];
  const between = address === undefined ? undefined : readNetwork(address);
  const cursor = after === undefined ? undefined : readCursor(after);
  const errors = [
    ...(fromMs === null ? [{ field: 'from', message: NO_TIME }] : []),
    ...(toMs === null ? [{ field: 'to', message: NO_TIME }] : []),
    ...(typeof between === 'string' ? [{ field: 'address', message: between }] : []),
    ...(cursor === null ? [{ field: 'after', message: 'is not the next of a page' }] : []),
    ...(equal.bot !== undefined && !isBotId(equal.bot)
      ? [{ field: 'bot', message: 'cannot be the id of a bot' }]
      : []),
  ];
  if (errors.length > 0) return errors;
  return {
    wanted: {
      ...equal,
      ...(typeof fromMs === 'number' && { fromMs }),
      ...(typeof toMs === 'number' && { toMs }),
      ...(typeof between === 'object' && { between }),
    },
    ...(cursor && { cursor }),
  };
}

/** The ends of one address or one network, or why it is none. */
function readNetwork(text: string): readonly [number, number] | string {
  const line = parseRangeLine(text);
  if (!line.ok) return line.message;
  const { range } = line;
  if (range === undefined || !/^[0-9./]+$/.test(text)) return 'must be one IPv4 address or network';
  return [range.startValue, range.endValue];
}

/** Opaque to who asks: where in time, and among the events of that time, the page ended. */
export function cursorText({ atMs, replica, seq }: Cursor): string {
  return Buffer.from(JSON.stringify([atMs, replica, seq])).toString('base64url');
}

const CURSOR = /^\[(\d{1,15}),"([A-Za-z0-9_-]{1,64})",(\d{1,15})\]$/;

/** Reads a cursor; null where it is none. */
function readCursor(text: string): Cursor | null {
  const [, atMs, replica, seq] = CURSOR.exec(Buffer.from(text, 'base64url').toString()) ?? [];
  if (atMs === undefined || replica === undefined || seq === undefined) return null;
  return { atMs: Number(atMs), replica, seq: Number(seq) };
}
