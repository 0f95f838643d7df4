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
  /** What it was decided of beside bot and address; see `askedText`. Absent where addresses are shortened. */
  readonly asked?: string | undefined;
}

/** An event as a row holds it: what is absent is not there. */
export type HeldEvent = { readonly [Key in keyof ActivityEvent]: Exclude<ActivityEvent[Key], undefined> };

/** An event as it is found again: which gateway wrote it, and as the how manieth of its life. */
export interface StoredEvent extends HeldEvent {
  readonly replica: string;
  readonly seq: number;
}

/** A value of a row: what JSON and SQLite both hold without loss. */
export type Cell = string | number | null;
export type Row = readonly Cell[];

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
  'asked',
] as const satisfies readonly (keyof ActivityEvent)[];

export type EventColumn = (typeof eventColumns)[number];

const flags = new Set<EventColumn>(['enforced', 'stale']);
const placeOf = new Map(eventColumns.map((name, place) => [name, place]));

/**
 * An event as a row of cells, in the order of the columns; what is absent at its end is left off, so that columns can
 * be added there. Written out: it is made for every request, and asking for each by its name takes three times as long.
 */
export function toRow(event: ActivityEvent): Row {
  const row = [
    event.atMs,
    event.requestId,
    event.outcome,
    event.reason,
    Number(event.enforced),
    event.mode,
    event.method,
    event.revision,
    Number(event.stale),
    event.clientIpStatus,
    event.status ?? null,
    event.route ?? null,
    event.bot ?? null,
    event.conversation ?? null,
    event.contact ?? null,
    event.subject ?? null,
    event.issuer ?? null,
    event.session ?? null,
    event.clientIp ?? null,
    event.scope ?? null,
    event.rangeId ?? null,
    event.cause ?? null,
    event.durationMs ?? null,
    event.upstreamMs ?? null,
    event.asked ?? null,
  ] satisfies Cell[] & { length: typeof eventColumns.length };
  while (row.at(-1) === null) row.pop();
  return row;
}

/** The cell of a column. */
export function cellOf(row: Row, name: EventColumn): Cell {
  return row[placeOf.get(name) ?? -1] ?? null;
}

/** The event that cells make up. */
export function eventOf(cell: (name: EventColumn) => Cell): HeldEvent {
  const pairs = eventColumns.flatMap((name) => {
    const value = cell(name);
    if (value === null) return [];
    return [[name, flags.has(name) ? value === 1 : value] as const];
  });
  return Object.fromEntries(pairs) as unknown as HeldEvent;
}

/** Some events of one gateway, in order, and what was lost before them. */
export interface Batch {
  readonly replica: string;
  /** Of the first event, or of the next one where there is none; the others follow one by one. */
  readonly firstSeq: number;
  readonly marks?: readonly Mark[];
  /** Each event's row as JSON: these bytes are what the chain of hashes holds. */
  readonly lines: readonly string[];
}

/** A batch as text: what it is, and each event, on a line of its own. */
export function batchText({ lines, ...head }: Batch): string {
  return [JSON.stringify(head), ...lines].join('\n');
}

export function readBatch(text: string): Batch {
  const [head = '', ...lines] = text.split('\n');
  return { ...(JSON.parse(head) as Omit<Batch, 'lines'>), lines };
}

/** An event's row as the line of a batch. */
export function lineOf(row: Row): string {
  return JSON.stringify(row);
}

/** A row, and where in its gateway's numbers it stands. */
export interface PlacedRow {
  readonly replica: string;
  readonly seq: number;
  readonly row: Row;
  /** The beginning of its link in the chain, by which the first changed event is found. */
  readonly check: number;
}

/** What else happened to the record itself, so that a gap is seen as one. */
export interface Mark {
  readonly kind: 'start' | 'stop' | 'lost' | 'pruned' | 'digest' | 'dismissed' | 'recalled' | 'read';
  readonly fromMs: number;
  readonly toMs: number;
  /** Events lost or pruned. */
  readonly count: number;
  readonly replica: string;
  /** The digest, which refusals were dismissed or recalled, or who read what. */
  readonly text?: string;
}

/** What the record lacks: events that could not be kept, or that were deleted. */
export interface Gap extends Mark {
  readonly kind: 'lost' | 'pruned';
}
