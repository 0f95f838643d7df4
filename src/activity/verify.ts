import { partId, type ChainPart } from './compact.ts';
import type { Index } from './database.ts';
import { createStored } from './decisions.ts';
import { attestedBy, digestsIn, type Attested, type ChainHead } from './digest.ts';
import type { Mark, PlacedRow } from './event.ts';
import type { Head } from './link.ts';
import { unseal } from './sealed.ts';
import { placeIn, rowIn, type Span } from './segment.ts';
import { readBatches } from './tail.ts';
import { createWalk, type Progress, type Walk } from './walk.ts';

/** How far a verification has come: to which segment, and of each gateway to which event. */
export interface Verified {
  readonly segment: number;
  readonly chains: readonly Progress[];
  readonly isDone: boolean;
}

export interface StreamVerification {
  /** Sealed batches, in order. */
  readonly entries: readonly Uint8Array[];
  readonly from: readonly Progress[];
  /** Where chains stood before the first entry was read: so far the stream must come. */
  readonly heads: readonly ChainHead[];
  readonly digests: readonly string[];
  readonly isLast: boolean;
}

/** Follows the chains through entries of the stream. What cannot be opened is missed by what follows it. */
export function verifyEntries(
  index: Index,
  { entries, from, heads, digests, isLast }: StreamVerification,
): readonly Progress[] {
  const walk = createWalk(from, attestedBy([...digestsIn(index), ...digests], heads));
  for (const entry of entries) {
    try {
      walk.batch(unseal(entry));
    } catch {
      continue;
    }
  }
  if (isLast) walk.end();
  return [...walk.chains.values()];
}

/** Follows every chain from its oldest kept event, one segment at a time: what comes in meanwhile gets its turn. */
export function verifySome(index: Index, from?: Verified, digests: readonly string[] = []): Verified {
  const after = from?.segment ?? 0;
  const attested = attestedBy([...digestsIn(index), ...digests]);
  const walk = createWalk(from?.chains ?? [], attested, keptMarks(index));
  const segment = index
    .prepare(
      'select id, fromMs, toMs, count, constants, chains, pruned from segments where id > ? order by id limit 1',
    )
    .get(after) as SegmentRow | undefined;
  if (segment !== undefined) {
    if (isForgotten(index, after))
      for (const [replica, chain] of walk.chains)
        walk.chains.set(replica, { ...chain, hash: undefined, links: undefined });
    followSegment(index, segment, walk);
    return { segment: segment.id, chains: [...walk.chains.values()], isDone: false };
  }
  for (const batch of readBatches(index)) walk.batch(batch);
  walk.end();
  const chains = atHeads(index, walk.chains);
  return { segment: after, chains: [...chains, ...goneChains(attested, chains)], isDone: true };
}

interface SegmentRow extends Span {
  readonly id: number;
  readonly count: number;
  readonly constants: string;
  readonly chains: string;
  readonly pruned: number;
}

/** Marks are forgotten with the events of their time: of one that is younger than the oldest, it must be there. */
function keptMarks(index: Index): (mark: Mark) => boolean {
  const { oldest } = index.prepare("select min(toMs) as oldest from marks where kind <> 'pruned'").get() as {
    readonly oldest: number | null;
  };
  const select = index.prepare(
    'select 1 from marks where replica = ? and kind = ? and fromMs = ? and toMs = ? and count = ? and text is ?',
  );
  return ({ replica, kind, fromMs, toMs, count, text = null }) =>
    toMs < (oldest ?? Number.MAX_SAFE_INTEGER) ||
    select.get(replica, kind, fromMs, toMs, count, text) !== undefined;
}

/** Retention has deleted all that was verified, and may have deleted more. */
function isForgotten(index: Index, after: number): boolean {
  return after > 0 && index.prepare('select 1 from segments where id <= ?').get(after) === undefined;
}

function followSegment(index: Index, row: SegmentRow, walk: Walk): void {
  const parts = JSON.parse(row.chains) as readonly ChainPart[];
  if (row.pruned === 1) return parts.forEach(walk.skip);
  const rows = readRows(index, row);
  const own = new Map<string, PlacedRow[]>();
  for (const placed of rows ?? []) {
    const found = own.get(placed.replica);
    if (found === undefined) own.set(placed.replica, [placed]);
    else found.push(placed);
  }
  for (const of of own.values()) of.sort((a, b) => a.seq - b.seq);
  for (const [at, part] of parts.entries()) {
    const { replica, lastSeq } = part;
    const isLast = !parts.slice(at + 1).some((later) => later.replica === replica);
    const left = own.get(replica) ?? [];
    const end = isLast ? left.length : left.filter(({ seq }) => seq <= lastSeq).length;
    walk.follow(part, rows && left.slice(0, end));
    own.set(replica, left.slice(end));
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

/** Every chain must have come to its head. */
function atHeads(index: Index, chains: Walk['chains']): readonly Progress[] {
  const heads = index
    .prepare('select replica, seq, hash from chains order by replica')
    .all() as readonly (Head & { readonly replica: string })[];
  const found = new Map(chains);
  const ended = heads.map(({ replica, seq, hash }): Progress => {
    const none = { replica, events: 0, firstSeq: seq + 1, lastSeq: seq, hash, links: undefined };
    const chain: Progress = found.get(replica) ?? none;
    found.delete(replica);
    if (chain.broken !== undefined || chain.hash === hash) return chain;
    return { ...chain, broken: { seq, why: 'missing' } };
  });
  // A head that was taken away with nothing else.
  const headless = [...found.values()].map((chain): Progress => ({
    broken: { seq: chain.lastSeq, why: 'missing' },
    ...chain,
  }));
  return [...ended, ...headless];
}

/** Of these digests say that they were, and nothing else does. */
function goneChains(attested: Attested, chains: readonly Progress[]): readonly Progress[] {
  const known = new Set(chains.map(({ replica }) => replica));
  return [...attested.keys()]
    .filter((replica) => !known.has(replica))
    .map((replica) => ({
      ...{ replica, events: 0, firstSeq: 1, lastSeq: 0, hash: undefined, links: undefined },
      broken: { seq: 1, why: 'missing' },
    }));
}
