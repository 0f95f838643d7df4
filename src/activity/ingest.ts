import { hash } from 'node:crypto';
import { inTransaction, type Index } from './database.ts';
import type { Batch, Mark } from './event.ts';
import type { Tail, TailBatch } from './tail.ts';

/** An event's link in the chain, in hex: SHA-256 of the one before it, where it stands, and its line. */
export function linkHash(before: string, replica: string, seq: number, line: string): string {
  return hash('sha256', `${before}\n${replica}\n${seq}\n${line}`, 'hex');
}

/** So much of each link is kept: it is needed to name the first event that was changed, and the last link holds all. */
export function checkOf(link: string): number {
  return Number.parseInt(link.slice(0, 8), 16);
}

/** Appends batches with their links, and marks. What came before is passed over. Throws where it cannot be kept. */
export interface Ingest {
  take(batch: Batch): void;
}

/** Of a larger batch more than one row is made, so that segments are of a size. */
const mostLines = 4_096;

export function createIngest(index: Index, tail: Tail): Ingest {
  const insert = index.prepare(
    `insert into batches (id, replica, firstSeq, before, hash, checks, lines) values (?, ?, ?, ?, ?, ?, ?)`,
  );
  const chainOf = index.prepare('select seq, hash from chains where replica = ?');
  const setChain = index.prepare('insert or replace into chains (replica, seq, hash) values (?, ?, ?)');
  const addMark = createMarks(index);
  let nextId = lastBatchId(index) + 1;
  return {
    take(batch) {
      const made = inTransaction(index, () => {
        for (const mark of batch.marks ?? []) addMark(mark);
        const chain = chainOf.get(batch.replica) as { seq: number; hash: string } | undefined;
        const linked = linkBatches(batch, chain, nextId);
        for (const { id, replica, firstSeq, before, hash, checks, lines } of linked) {
          insert.run(id, replica, firstSeq, before, hash, new Uint8Array(checks.buffer), lines.join('\n'));
          setChain.run(replica, firstSeq + lines.length - 1, hash);
        }
        return linked;
      });
      nextId += made.length;
      for (const each of made) tail.add(each);
    },
  };
}

/** Numbers are never given twice while there is one of them. */
function lastBatchId(index: Index): number {
  const { id } = index.prepare('select max(id) as id from batches').get() as { readonly id: number | null };
  return id ?? 0;
}

function linkBatches(
  { replica, firstSeq, lines }: Batch,
  chain: { readonly seq: number; readonly hash: string } | undefined,
  firstId: number,
): readonly TailBatch[] {
  const known = Math.max(0, (chain?.seq ?? 0) + 1 - firstSeq);
  const linked: TailBatch[] = [];
  let link = chain?.hash ?? '';
  for (let start = known; start < lines.length; start += mostLines) {
    const taken = lines.slice(start, start + mostLines);
    const before = link;
    const checks = Uint32Array.from(taken, (line, at) => {
      link = linkHash(link, replica, firstSeq + start + at, line);
      return checkOf(link);
    });
    const id = firstId + linked.length;
    linked.push({ id, replica, firstSeq: firstSeq + start, before, hash: link, checks, lines: taken });
  }
  return linked;
}

/** Writes down what happened to the record itself. */
export function createMarks(index: Index): (mark: Mark) => void {
  const insert = index.prepare(
    'insert into marks (kind, fromMs, toMs, count, replica) values (?, ?, ?, ?, ?)',
  );
  return ({ kind, fromMs, toMs, count, replica }) => void insert.run(kind, fromMs, toMs, count, replica);
}
