import type Type from 'typebox';
import type { Filter } from '../activity/match.ts';
import type { Cursor } from '../activity/query.ts';
import type { FieldError } from '../policy/range.ts';
import { parseRangeLine } from '../policy/range-text.ts';
import { isBotId } from '../policy/resource.ts';
import { parseAddress, parseIpv4 } from '../reading/address.ts';
import type { ActivityQuery, StreamQuery } from './activity-schemas.ts';
import { instantOf, NO_TIME } from './change-search.ts';

/** What may narrow the record, as it was asked. */
type Asked = Type.Static<typeof StreamQuery> &
  Partial<Pick<Type.Static<typeof ActivityQuery>, 'from' | 'to' | 'after'>>;

/** What is asked of the record; what is absent narrows nothing. */
export interface ActivitySearch {
  readonly wanted: Filter;
  readonly cursor?: Cursor;
}

/** An address as the record may have it. */
type Shown = (address: string) => string;

/** Reads the search, or names what cannot be asked. */
export function activitySearch(
  { from, to, address, after, ...equal }: Asked,
  shown: Shown,
): ActivitySearch | readonly FieldError[] {
  const [fromMs, toMs] = [instantOf(from), instantOf(to)];
  const place = address === undefined ? {} : readPlaces(address, shown);
  const cursor = after === undefined ? undefined : readCursor(after);
  const errors = [
    ...(fromMs === null ? [{ field: 'from', message: NO_TIME }] : []),
    ...(toMs === null ? [{ field: 'to', message: NO_TIME }] : []),
    ...('message' in place ? [{ field: 'address', ...place }] : []),
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
      ...('message' in place ? {} : place),
    },
    ...(cursor && { cursor }),
  };
}

/** The addresses that a text names, as they are recorded; or why it names none. */
export function readPlaces(text: string, shown: Shown): Places | { readonly message: string } {
  const one = parseAddress(text);
  if (one !== undefined) {
    const address = shown(one.address);
    const value = parseIpv4(address);
    return value === undefined ? { address } : { between: [value, value] };
  }
  const line = parseRangeLine(text);
  if (!line.ok) return { message: line.message };
  const { range } = line;
  if (range === undefined || text.includes('#'))
    return { message: 'must be an address, a network, or two addresses with a dash between' };
  return { between: [parseIpv4(shown(range.start)) ?? range.startValue, range.endValue] };
}

export type Places = Pick<Filter, 'address' | 'between'>;

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
