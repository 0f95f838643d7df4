/** Everything that is kept of one judged request, by the names of the access line. Never tokens, queries or content. */
export interface ActivityEvent {
  /** Unix milliseconds, when it was answered. */
  readonly atMs: number;
  readonly requestId: string;
  readonly outcome: string;
  readonly reason: string;
  readonly enforced: boolean;
  readonly mode: string;
  readonly method: string;
  readonly revision: number;
  readonly stale: boolean;
  readonly clientIpStatus: string;
  readonly status?: number | undefined;
  readonly route?: string | undefined;
  readonly bot?: string | undefined;
  readonly conversation?: string | undefined;
  readonly contact?: string | undefined;
  readonly subject?: string | undefined;
  readonly issuer?: string | undefined;
  readonly session?: string | undefined;
  readonly clientIp?: string | undefined;
  readonly scope?: string | undefined;
  readonly rangeId?: string | undefined;
  readonly cause?: string | undefined;
  readonly durationMs?: number | undefined;
  readonly upstreamMs?: number | undefined;
}

/** An event as a row holds it: what is absent is not there. */
export type HeldEvent = { readonly [Key in keyof ActivityEvent]: Exclude<ActivityEvent[Key], undefined> };

/** An event as it is found again: which gateway wrote it, and as the how manieth of its life. */
export interface StoredEvent extends HeldEvent {
  readonly replica: string;
  readonly seq: number;
}

/** A value of a row: what JSON and SQLite both hold without loss. */
export type ColumnValue = string | number | null;
export type EventRow = readonly ColumnValue[];

/** The columns of an event, in the order of rows, batches and the chain of hashes. Only ever added to at the end. */
export const eventColumns = [
  'atMs',
  'requestId',
  'outcome',
  'reason',
  'enforced',
  'mode',
  'method',
  'revision',
  'stale',
  'clientIpStatus',
  'status',
  'route',
  'bot',
  'conversation',
  'contact',
  'subject',
  'issuer',
  'session',
  'clientIp',
  'scope',
  'rangeId',
  'cause',
  'durationMs',
  'upstreamMs',
] as const satisfies readonly (keyof ActivityEvent)[];

const flags = new Set<keyof ActivityEvent>(['enforced', 'stale']);

/** An event as a row of cells. */
export function toRow(event: ActivityEvent): EventRow {
  const row: ColumnValue[] = [];
  for (const name of eventColumns) {
    const value = event[name];
    row.push(value === undefined ? null : typeof value === 'boolean' ? Number(value) : value);
  }
  return row;
}

/** The event that a row holds; columns that a newer gateway has added are passed over. */
export function fromRow(row: EventRow): HeldEvent {
  const pairs = eventColumns.flatMap((name, index) => {
    const value = row[index] ?? null;
    if (value === null) return [];
    return [[name, flags.has(name) ? value === 1 : value] as const];
  });
  return Object.fromEntries(pairs) as unknown as HeldEvent;
}

/** Some events of one gateway, in order, and what was lost before them. */
export interface Batch {
  readonly replica: string;
  /** Of the first event; the others follow one by one. */
  readonly firstSeq: number;
  readonly rows: readonly EventRow[];
  readonly marks?: readonly Mark[];
}

/** What else happened to the record itself, so that a gap is seen as one. */
export interface Mark {
  readonly kind: 'start' | 'stop' | 'lost' | 'pruned' | 'ahead';
  readonly fromMs: number;
  readonly toMs: number;
  /** Events lost or pruned. */
  readonly count: number;
  readonly replica: string;
}

/** What the record lacks: events that could not be kept, or that were deleted. */
export interface Gap extends Mark {
  readonly kind: 'lost' | 'pruned';
}
