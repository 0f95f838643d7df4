import { inTransaction, type Index } from './database.ts';
import type { Mark, Row } from './event.ts';
import { attestedIn } from './digest.ts';
import { headAfter, START, type Head, type LinkedBatch } from './link.ts';
import type { Tail, TailBatch } from './tail.ts';

/** How far the stream of all gateways was read. */
export interface StreamPosition {
  /** Of the last entry. */
  readonly id: string;
  /** Events in the stream up to it, since the stream began. */
  readonly total: number;
  /** How often some of it was gone before it was read: a gap in a chain that is as old is known. */
  readonly trims: number;
}

/** Writes down batches, and marks. */
export interface Ingest {
  /** Where a gateway's chain stands here. */
  head(replica: string): Head;
  position(): StreamPosition;
  /** Appends what is not there yet, all of it or nothing. Throws where it cannot be kept. */
  keep(batches: readonly LinkedBatch[], marks?: readonly Mark[], position?: StreamPosition): void;
}

type Known = Head & Pick<StreamPosition, 'trims'>;
const unknown: Known = { ...START, trims: 0 };
const beginning: StreamPosition = { id: '0-0', total: 0, trims: 0 };

export function createIngest(index: Index, tail: Tail): Ingest {
  const { head, position, setPosition, write } = statementsOf(index);
  const addMark = createMarks(index);
  let nextId = lastBatchId(index) + 1;
  return {
    head,
    position,
    keep(batches, marks = [], read) {
      const kept = inTransaction(index, () => {
        const made: TailBatch[] = [];
        const { trims } = read ?? position();
        for (const mark of marks) addMark(mark);
        for (const batch of batches) {
          const known = head(batch.replica);
          if (isKept(batch, known)) continue;
          const gap = batch.before !== known.hash;
          if (gap && known.trims >= trims) addMark(lostBefore(batch, known));
          const own = { ...batch, id: nextId + made.length, gap };
          write(own, trims);
          for (const mark of batch.marks) addMark(mark);
          made.push(own);
        }
        if (read !== undefined) setPosition(read);
        return made;
      });
      nextId += kept.length;
      for (const each of kept) tail.add(each);
    },
  };
}

function statementsOf(index: Index) {
  const insert = index.prepare(
    `insert into batches (id, replica, firstSeq, before, hash, checks, lines, marks, gap)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const chainOf = index.prepare('select seq, hash, trims from chains where replica = ?');
  const setChain = index.prepare('replace into chains (replica, seq, hash, trims) values (?, ?, ?, ?)');
  const positionOf = index.prepare('select id, total, trims from position');
  const setPosition = index.prepare('replace into position (one, id, total, trims) values (1, ?, ?, ?)');
  return {
    head: (replica: string) => (chainOf.get(replica) as Known | undefined) ?? unknown,
    position: () => (positionOf.get() as StreamPosition | undefined) ?? beginning,
    setPosition: ({ id, total, trims }: StreamPosition) => void setPosition.run(id, total, trims),
    write(batch: TailBatch, trims: number): void {
      const { id, replica, firstSeq, before, hash, checks, lines, marks, gap } = batch;
      const text = marks.length === 0 ? '' : JSON.stringify(marks);
      const bytes = new Uint8Array(checks.buffer);
      insert.run(id, replica, firstSeq, before, hash, bytes, lines.join('\n'), text, Number(gap));
      setChain.run(replica, headAfter(batch).seq, hash, trims);
    },
  };
}

/** A batch that was sent twice, or is read again. */
function isKept(batch: LinkedBatch, known: Head): boolean {
  return batch.before !== known.hash && headAfter(batch).seq <= known.seq;
}

/** What a gateway has sent and did not come here, though nothing was deleted that was not read: a store lost it. */
function lostBefore({ replica, firstSeq, lines }: LinkedBatch, { seq }: Head): Mark {
  const atMs = Number((JSON.parse(lines[0] ?? '[0]') as Row)[0]);
  return { kind: 'lost', fromMs: atMs, toMs: atMs, count: Math.max(0, firstSeq - seq - 1), replica };
}

/** Numbers are never given twice while there is one of them. */
function lastBatchId(index: Index): number {
  const { id } = index.prepare('select max(id) as id from batches').get() as { readonly id: number | null };
  return id ?? 0;
}

/** Writes down what happened to the record itself, and what digests say of it. */
export function createMarks(index: Index): (mark: Mark) => void {
  const insert = index.prepare(
    'insert into marks (kind, fromMs, toMs, count, replica, text) values (?, ?, ?, ?, ?, ?)',
  );
  const attest = index.prepare('replace into attested (replica, seq, hash) values (?, ?, ?)');
  return (mark) => {
    const { kind, fromMs, toMs, count, replica, text = null } = mark;
    insert.run(kind, fromMs, toMs, count, replica, text);
    for (const { replica: of, seq, hash } of attestedIn(mark)) attest.run(of, seq, hash);
  };
}
