import type { Index } from './database.ts';
import { eventColumns, type ColumnValue } from './event.ts';
import { linkHash } from './ingest.ts';

/** What the chain says of one gateway's events. */
export interface ChainState {
  readonly replica: string;
  readonly events: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** The first event whose link does not hold, or that is missing where none was said to be lost. */
  readonly broken?: { readonly seq: number; readonly atMs?: number; readonly why: 'changed' | 'missing' };
}

const columns = eventColumns.map((name) => `"${name}"`).join(', ');
const step = 10_000;

/** Follows every chain from its oldest kept event to its head. */
export function verifyChains(index: Index): readonly ChainState[] {
  const chains = index.prepare('select replica, seq, hash from chains order by replica').all() as readonly {
    readonly replica: string;
    readonly seq: number;
    readonly hash: string;
  }[];
  return chains.map((head) => verifyChain(index, head));
}

function verifyChain(index: Index, head: { replica: string; seq: number; hash: string }): ChainState {
  const page = index.prepare(
    `select seq, hash, ${columns} from events where replica = ? and seq > ? order by seq limit ${step}`,
  );
  let state = { replica: head.replica, events: 0, firstSeq: 0, lastSeq: 0 };
  let before: string | undefined;
  for (;;) {
    const rows = page.all(head.replica, state.lastSeq) as readonly Readonly<Record<string, ColumnValue>>[];
    for (const row of rows) {
      const seq = Number(row['seq']);
      const hash = String(row['hash']);
      const atMs = Number(row['atMs']);
      if (before !== undefined) {
        const cells = eventColumns.map((name) => row[name] ?? null);
        const isNext = hash === linkHash(before, head.replica, seq, cells);
        if (!isNext) return { ...state, broken: { seq, atMs, why: missingBefore(seq, state.lastSeq) } };
      }
      before = hash;
      state = {
        ...state,
        events: state.events + 1,
        firstSeq: state.firstSeq === 0 ? seq : state.firstSeq,
        lastSeq: seq,
      };
    }
    if (rows.length < step) break;
  }
  const ends = before === undefined || before === head.hash;
  return ends ? state : { ...state, broken: { seq: head.seq, why: 'missing' } };
}

/** A hole in the numbers says that an event was taken out; none, that one was changed. */
function missingBefore(seq: number, lastSeq: number): 'changed' | 'missing' {
  return seq > lastSeq + 1 ? 'missing' : 'changed';
}
