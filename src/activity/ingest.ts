import { createHash } from 'node:crypto';
import { dayMs, hourMs, inTransaction, type Index } from './database.ts';
import { eventColumns, fromRow, type ActivityEvent, type Batch, type Mark, type EventRow } from './event.ts';

/** Of a hash in base64url: 132 bits. */
const HASH_LENGTH = 22;

/** An event's link in the chain: the one before it, and every cell of it. */
export function linkHash(before: string, replica: string, seq: number, row: EventRow): string {
  const text = JSON.stringify([before, replica, seq, ...row]);
  return createHash('sha256').update(text).digest('base64url').slice(0, HASH_LENGTH);
}

/** Takes batches in: events with their links, sums by hour and by day, marks. A batch that came before is passed over. */
export interface Ingest {
  take(batch: Batch): void;
}

export function createIngest(index: Index): Ingest {
  const names = eventColumns.map((name) => `"${name}"`).join(', ');
  const places = eventColumns.map(() => '?').join(', ');
  const insert = index.prepare(
    `insert into events (replica, seq, ${names}, ip, hash) values (?, ?, ${places}, ?, ?)`,
  );
  const chainOf = index.prepare('select seq, hash from chains where replica = ?');
  const setChain = index.prepare('insert or replace into chains (replica, seq, hash) values (?, ?, ?)');
  const sums = createSums(index);
  const addMark = createMarks(index);
  return {
    take: (batch) =>
      inTransaction(index, () => {
        for (const mark of batch.marks ?? []) addMark(mark);
        const chain = chainOf.get(batch.replica) as { seq: number; hash: string } | undefined;
        let hash = chain?.hash ?? '';
        let last = chain?.seq ?? 0;
        batch.rows.forEach((row, position) => {
          const seq = batch.firstSeq + position;
          if (seq <= last) return;
          hash = linkHash(hash, batch.replica, seq, row);
          last = seq;
          const event = fromRow(row);
          const cells = eventColumns.map((_name, at) => row[at] ?? null);
          insert.run(batch.replica, seq, ...cells, ipValue(event.clientIp), hash);
          sums.add(event);
        });
        if (batch.rows.length > 0) setChain.run(batch.replica, last, hash);
        sums.write();
      }),
  };
}

/** Writes down what happened to the record itself. */
export function createMarks(index: Index): (mark: Mark) => void {
  const insert = index.prepare(
    'insert into marks (kind, fromMs, toMs, count, replica) values (?, ?, ?, ?, ?)',
  );
  return ({ kind, fromMs, toMs, count, replica }) => void insert.run(kind, fromMs, toMs, count, replica);
}

interface Sum {
  readonly key: readonly (string | number)[];
  count: number;
  refused: number;
  lastMs: number;
}

/** Sums of one batch, written once for each key. */
function createSums(index: Index) {
  const addHour = index.prepare(
    `insert into hours (bot, hour, outcome, reason, enforced, count) values (?, ?, ?, ?, ?, ?)
     on conflict do update set count = count + excluded.count`,
  );
  const addDay = index.prepare(
    `insert into days (kind, day, name, count, refused, lastMs) values (?, ?, ?, ?, ?, ?) on conflict do update set
     count = count + excluded.count, refused = refused + excluded.refused, lastMs = max(lastMs, excluded.lastMs)`,
  );
  const hours = new Map<string, Sum>();
  const days = new Map<string, Sum>();
  return {
    add(event: ActivityEvent): void {
      const { atMs, bot, outcome, reason, enforced, clientIp, subject, scope = '', rangeId } = event;
      const [hour, day] = [Math.floor(atMs / hourMs), Math.floor(atMs / dayMs)];
      const range = rangeId === undefined ? undefined : `${scope}/${rangeId}`;
      addTo(hours, ['', hour, outcome, reason, Number(enforced)], event);
      if (bot !== undefined) addTo(hours, [bot, hour, outcome, reason, Number(enforced)], event);
      for (const [kind, name] of Object.entries({ address: clientIp, subject, bot, range }))
        if (name !== undefined) addTo(days, [kind, day, name], event);
    },
    write(): void {
      for (const { key, count } of hours.values()) addHour.run(...key, count);
      for (const { key, count, refused, lastMs } of days.values()) addDay.run(...key, count, refused, lastMs);
      hours.clear();
      days.clear();
    },
  };
}

function addTo(
  sums: Map<string, Sum>,
  key: readonly (string | number)[],
  { atMs, outcome }: ActivityEvent,
): void {
  const text = key.join('\n');
  const refused = outcome === 'forward' ? 0 : 1;
  const sum = sums.get(text);
  if (sum === undefined) sums.set(text, { key, count: 1, refused, lastMs: atMs });
  else {
    sum.count += 1;
    sum.refused += refused;
    sum.lastMs = Math.max(sum.lastMs, atMs);
  }
}

/** An IPv4 address as a number, so that ranges can be asked for; null for every other. */
export function ipValue(address: string | undefined): number | null {
  const octets = address?.split('.').map(Number) ?? [];
  if (octets.length !== 4 || octets.some((octet) => !Number.isInteger(octet) || octet < 0 || octet > 255))
    return null;
  return octets.reduce((sum, octet) => sum * 256 + octet, 0);
}
