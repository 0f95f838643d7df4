/** What narrows the record, by the names of the API; `last` is a span up to now. */
export const filterNames = [
  ...([
    'last',
    'from',
    'to',
    'bot',
    'outcome',
    'reason',
    'enforced',
    'address',
    'subject',
    'contact',
  ] as const),
  ...(['conversation', 'requestId', 'scope', 'rangeId', 'revision'] as const),
] as const;

export type FilterName = (typeof filterNames)[number];

/** What is absent narrows nothing. It stands in the page's address, so that a page can be sent to somebody. */
export type ActivityFilter = Readonly<Partial<Record<FilterName, string>>>;

/** How people call what narrows. */
export const filterLabels: Readonly<Record<FilterName, string>> = {
  last: 'Last',
  from: 'From',
  to: 'Until',
  bot: 'Bot',
  outcome: 'Outcome',
  reason: 'Reason',
  enforced: 'Enforced',
  address: 'Address',
  subject: 'Person',
  contact: 'Contact',
  conversation: 'Conversation',
  requestId: 'Request id',
  scope: 'List',
  rangeId: 'Range',
  revision: 'Revision',
};

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** Spans up to now. */
export const spans: Readonly<Record<string, { readonly label: string; readonly ms: number }>> = {
  '15m': { label: '15 minutes', ms: 15 * minuteMs },
  '1h': { label: '1 hour', ms: 60 * minuteMs },
  '24h': { label: '24 hours', ms: dayMs },
  '7d': { label: '7 days', ms: 7 * dayMs },
  '30d': { label: '30 days', ms: 30 * dayMs },
};

export const defaultSpan = '24h';

/** As it stands after the page's name; empty where nothing is asked. */
export function filterText(filter: ActivityFilter): string {
  const given = filterNames.flatMap((name) => {
    const value = filter[name] ?? '';
    return value === '' ? [] : [[name, value]];
  });
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

export function readFilter(query: string): ActivityFilter {
  const given = new URLSearchParams(query);
  const found = filterNames.flatMap((name) => {
    const value = given.get(name)?.trim() ?? '';
    return value === '' ? [] : [[name, value] as const];
  });
  return Object.fromEntries(found);
}

/** True where the time that is asked for has no end yet. */
export function isLive({ to }: ActivityFilter): boolean {
  return to === undefined;
}

/** What else than the time is asked. */
export function narrowing({ last: _last, from: _from, to: _to, ...filter }: ActivityFilter): ActivityFilter {
  return filter;
}

/** As the API is asked, now. */
export function askedOf(filter: ActivityFilter): Readonly<Record<string, string>> {
  const { last = defaultSpan, from, to } = filter;
  const span = spans[last]?.ms ?? dayMs;
  const since = from ?? (to === undefined ? new Date(Date.now() - span).toISOString() : undefined);
  return { ...narrowing(filter), ...(since && { from: since }), ...(to && { to }) };
}
