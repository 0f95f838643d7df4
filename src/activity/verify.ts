import { partId, type ChainPart } from './compact.ts';
import type { Index } from './database.ts';
import { createStored } from './decisions.ts';
import { lineOf, type PlacedRow } from './event.ts';
import { checkOf, linkHash } from './ingest.ts';
import { placeIn, rowIn, type Span } from './segment.ts';
import { readBatches, rowsOf } from './tail.ts';

/** What the chain says of one gateway's events. */
export interface ChainState {
  readonly replica: string;
  readonly events: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** The first event whose link does not hold, or that is missing where none was said to be lost. */
  readonly broken?: { readonly seq: number; readonly atMs?: number; readonly why: 'changed' | 'missing' };
}

/** `hash`: the last link; undefined where it is not known. */
type Progress = ChainState & { readonly hash: string | undefined };
type Chains = Map<string, Progress>;

/** How far a verification has come: to which segment, and of each gateway to which event. */
export interface Verified {
  readonly segment: number;
  readonly chains: readonly Progress[];
  readonly isDone: boolean;
}

/** Follows every chain from its oldest kept event, one segment at a time: what comes in meanwhile gets its turn. */
export function verifySome(index: Index, from?: Verified): Verified {
  const chains: Chains = new Map(from?.chains.map((chain) => [chain.replica, chain]));
  const after = from?.segment ?? 0;
  const segment = index
    .prepare(
      'select id, fromMs, toMs, count, constants, chains, pruned from segments where id > ? order by id limit 1',
    )
    .get(after) as SegmentRow | undefined;
  if (segment !== undefined) {
    if (isForgotten(index, after))
      for (const [replica, chain] of chains) chains.set(replica, { ...chain, hash: undefined });
    followSegment(index, segment, chains);
    return { segment: segment.id, chains: [...chains.values()], isDone: false };
  }
  for (const batch of readBatches(index)) {
    const lastSeq = batch.firstSeq + batch.checks.length - 1;
    follow(chains, { ...batch, lastSeq, events: batch.checks.length }, rowsOf(batch), batch.lines);
  }
  finish(index, chains);
  return { segment: after, chains: [...chains.values()], isDone: true };
}

interface SegmentRow extends Span {
  readonly id: number;
  readonly count: number;
  readonly constants: string;
  readonly chains: string;
  readonly pruned: number;
}

/** Retention has deleted all that was verified, and may have deleted more. */
function isForgotten(index: Index, after: number): boolean {
  return after > 0 && index.prepare('select 1 from segments where id <= ?').get(after) === undefined;
}

function followSegment(index: Index, row: SegmentRow, chains: Chains): void {
  const parts = JSON.parse(row.chains) as readonly ChainPart[];
  if (row.pruned === 1) return parts.forEach((part) => skip(chains, part));
  const rows = readRows(index, row);
  for (const part of parts) {
    const own = rows?.filter(({ replica }) => replica === part.replica).sort((a, b) => a.seq - b.seq);
    if (own !== undefined) follow(chains, part, own);
    else
      chains.set(part.replica, {
        broken: { seq: part.firstSeq, why: 'changed' },
        ...progressOf(chains, part),
      });
  }
}

/** All events of a segment; undefined where it cannot be read any more. */
function readRows(index: Index, row: SegmentRow): readonly PlacedRow[] | undefined {
  try {
    const segment = createStored(index)(row);
    const found = index.prepare('select data from parts where id = ?').get(partId(row.id, 'checks'));
    const checks = new Uint32Array(new Uint8Array((found as { readonly data: Uint8Array }).data).buffer);
    return Array.from({ length: row.count }, (_, at) => {
      const { replica, seq } = placeIn(segment, at);
      return { replica, seq, row: rowIn(segment, at), check: checks[at] ?? 0 };
    });
  } catch {
    return undefined;
  }
}

function progressOf(chains: Chains, { replica, firstSeq, before }: ChainPart): Progress {
  const found = chains.get(replica);
  if (found === undefined) return { replica, events: 0, firstSeq, lastSeq: firstSeq - 1, hash: before };
  return found.hash === undefined ? { ...found, hash: before } : found;
}

/** What was deleted leaves its links. */
function skip(chains: Chains, part: ChainPart): void {
  const progress = progressOf(chains, part);
  const isNext = progress.broken !== undefined || progress.hash === part.before;
  const broken = { seq: part.firstSeq, why: 'missing' as const };
  const first = progress.events === 0 ? { firstSeq: part.lastSeq + 1 } : {};
  chains.set(part.replica, {
    ...progress,
    ...(isNext ? { ...first, lastSeq: part.lastSeq, hash: part.hash } : { broken }),
  });
}

/** Goes on with a gateway's chain through the events of one batch or segment. */
function follow(
  chains: Chains,
  part: ChainPart,
  rows: readonly PlacedRow[],
  lines?: readonly string[],
): void {
  const progress = progressOf(chains, part);
  if (progress.broken !== undefined) return;
  const end = (more: Partial<Progress>): void => void chains.set(part.replica, { ...progress, ...more });
  const breakAt = (seq: number, lastSeq: number, more: Partial<Progress>, atMs?: number): void => {
    // A hole in the numbers says that an event was taken out; none, that one was changed.
    const why = seq > lastSeq + 1 ? 'missing' : 'changed';
    end({ ...more, broken: { seq, ...(atMs !== undefined && { atMs }), why } });
  };
  let { lastSeq, events } = progress;
  if (part.before !== progress.hash) return breakAt(part.firstSeq, lastSeq, {});
  let link = part.before;
  for (const [at, { seq, check, row }] of rows.entries()) {
    link = linkHash(link, part.replica, seq, lines?.[at] ?? lineOf(row));
    if (checkOf(link) !== check) return breakAt(seq, lastSeq, { events, lastSeq }, Number(row[0]));
    [lastSeq, events] = [seq, events + 1];
  }
  if (link !== part.hash) {
    // All that is there agrees with itself: the last one was changed with its check, or those after it are not there.
    const missing = lastSeq < part.lastSeq ? lastSeq + 1 : undefined;
    return end({
      events,
      lastSeq,
      broken: missing === undefined ? { seq: lastSeq, why: 'changed' } : { seq: missing, why: 'missing' },
    });
  }
  end({ events, lastSeq, hash: link });
}

/** Every chain must have come to its head. */
function finish(index: Index, chains: Chains): void {
  const heads = index.prepare('select replica, seq, hash from chains order by replica').all() as readonly {
    readonly replica: string;
    readonly seq: number;
    readonly hash: string;
  }[];
  const found = new Map(chains);
  chains.clear();
  for (const { replica, seq, hash } of heads) {
    const chain = found.get(replica) ?? { replica, events: 0, firstSeq: 0, lastSeq: 0, hash };
    const ends = chain.broken !== undefined || chain.hash === hash;
    chains.set(replica, ends ? chain : { ...chain, broken: { seq, why: 'missing' } });
    found.delete(replica);
  }
  for (const [replica, chain] of found)
    chains.set(replica, { broken: { seq: chain.lastSeq, why: 'missing' }, ...chain });
}
