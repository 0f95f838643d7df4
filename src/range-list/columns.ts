/** What a column of a list, or a member of its entries, says of a range. */
export type RangeField = 'start' | 'end' | 'note' | 'expiresAt' | 'purpose';

/** The columns of a list without a heading, and those of an export. */
export const FIELDS: readonly RangeField[] = ['start', 'end', 'note', 'expiresAt', 'purpose'];

const spellings: Readonly<Record<RangeField | 'past', readonly string[]>> = {
  start: ['start', 'from', 'first', 'ip', 'cidr', 'address', 'network', 'range', 'startip', 'startiprange'],
  end: ['end', 'to', 'last', 'endip', 'endiprange'],
  note: ['note', 'notes', 'comment', 'comments', 'description'],
  purpose: ['purpose', 'reason'],
  expiresAt: ['expiresat', 'expires', 'expiry'],
  // What the API says of a range's past is not a mistake in a list: it is left out, as a range gets it anew.
  past: ['id', 'createdat', 'createdby', 'updatedat', 'updatedby'],
};

const meanings: ReadonlyMap<string, RangeField | 'past'> = new Map(
  Object.entries(spellings).flatMap(([field, names]) =>
    names.map((name) => [name, field as RangeField | 'past'] as const),
  ),
);

/** What a name stands for, in any letter case and with spaces, dashes or underscores; undefined where nothing. */
export function columnOf(name: string): RangeField | 'past' | undefined {
  return meanings.get(name.toLowerCase().replace(/[\s_-]/g, ''));
}

/** The names by field, in the order of the list; or why they are none. An unknown one could be what limits a range. */
export type Heading =
  | { readonly ok: true; readonly fields: readonly (RangeField | 'past' | undefined)[] }
  | { readonly ok: false; readonly message: string };

/** Reads a heading's names. An empty one stands for a column without values. */
export function readHeading(names: readonly string[]): Heading {
  const fields = names.map(columnOf);
  const unknown = names.filter((name, at) => name !== '' && fields[at] === undefined);
  if (unknown.length > 0) return { ok: false, message: `${unknownNames(unknown)}; ${KNOWN}` };
  for (const field of FIELDS) {
    const same = names.filter((_, at) => fields[at] === field);
    if (same.length > 1) return { ok: false, message: `${quoted(same)} mean the same` };
  }
  if (!fields.includes('start')) return { ok: false, message: 'no column is called start, ip or cidr' };
  return { ok: true, fields };
}

const KNOWN = 'known are start, end, note, expiresAt and purpose';

function quoted(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name.slice(0, 40))).join(' and ');
}

function unknownNames(names: readonly string[]): string {
  return `${quoted(names)} ${names.length === 1 ? 'is' : 'are'} no column of a list of ranges`;
}
