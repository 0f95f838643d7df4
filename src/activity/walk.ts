import { chainPartOf, type ChainPart } from './compact.ts';
import type { Attested } from './digest.ts';
import { lineOf, type Mark, type PlacedRow } from './event.ts';
import { checkOf, linkHash, marksHash, type LinkedBatch } from './link.ts';
import { rowsOf } from './tail.ts';

/** What the chain says of one gateway's events. */
export interface ChainState {
  readonly replica: string;
  readonly events: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** The first event whose link does not hold, or that is missing where none was said to be lost. */
  readonly broken?: Broken;
}

export interface Broken {
  readonly seq: number;
  readonly atMs?: number;
  readonly why: 'changed' | 'missing';
}

/** How far one chain was followed. */
export interface Progress extends ChainState {
  /** The last link; undefined where it is not known. */
  readonly hash: string | undefined;
  /** All links of the last number: its event's, and those of marks after it; undefined where they are not known. */
  readonly links: readonly string[] | undefined;
}

/** Follows the chains of all gateways. */
export interface Walk {
  readonly chains: Map<string, Progress>;
  /** Goes on with a gateway's chain through some events; undefined where they cannot be read any more. */
  follow(part: ChainPart, rows: readonly PlacedRow[] | undefined, lines?: readonly string[]): void;
  /** Passes over what was deleted: its links are known. */
  skip(part: ChainPart): void;
  batch(batch: LinkedBatch & { readonly gap?: boolean }): void;
  /** Compares the end of every chain with what digests say of it. */
  end(): void;
}

/** `isKept`: whether a mark that was linked is still told. */
export function createWalk(
  from: readonly Progress[],
  attested: Attested,
  isKept: (mark: Mark) => boolean = () => true,
): Walk {
  const chains = new Map(from.map((chain) => [chain.replica, chain]));
  const set = (progress: Progress): void => void chains.set(progress.replica, progress);
  const follow: Walk['follow'] = (part, rows, lines) => {
    const progress = progressOf(chains, part);
    if (progress.broken !== undefined) return;
    if (rows === undefined) set({ ...progress, broken: { seq: part.firstSeq, why: 'changed' } });
    else if (part.before !== progress.hash) set(brokenBefore(part, progress));
    else if (part.marks?.every(isKept) === false)
      set({ ...progress, broken: { seq: part.firstSeq, why: 'missing' } });
    else set(followed(progress, part, { rows, attested, ...(lines && { lines }) }));
  };
  return {
    chains,
    follow,
    skip(part) {
      const progress = progressOf(chains, part);
      if (progress.broken !== undefined) return;
      if (progress.hash !== part.before) return set(brokenBefore(part, progress));
      const first = progress.events === 0 ? { firstSeq: part.lastSeq + 1 } : {};
      set({ ...progress, ...first, lastSeq: part.lastSeq, hash: part.hash, links: undefined });
    },
    batch: (batch) => follow(chainPartOf(batch, batch.gap), rowsOf(batch), batch.lines),
    end() {
      for (const progress of chains.values()) {
        const broken = progress.broken ?? beliedBy(attested, progress, Number.MAX_SAFE_INTEGER);
        if (broken !== undefined) set({ ...progress, broken });
      }
    },
  };
}

/** Where the chain begins, or begins again, what came before is taken as it is said to be. */
function progressOf(chains: Walk['chains'], { replica, firstSeq, before, gap }: ChainPart): Progress {
  const found = chains.get(replica);
  const begun = { lastSeq: firstSeq - 1, hash: before, links: undefined };
  if (found === undefined) return { replica, events: 0, firstSeq, ...begun };
  if (found.broken === undefined && gap === true) return { ...found, ...begun };
  return found.hash === undefined ? { ...found, hash: before } : found;
}

/** A hole in the numbers says that an event was taken out; none, that one was changed. */
function brokenBefore({ firstSeq }: ChainPart, progress: Progress): Progress {
  const why = firstSeq > progress.lastSeq + 1 ? 'missing' : 'changed';
  return { ...progress, broken: { seq: why === 'missing' ? progress.lastSeq + 1 : firstSeq, why } };
}

interface Followed {
  readonly rows: readonly PlacedRow[];
  readonly attested: Attested;
  readonly lines?: readonly string[];
}

function followed(progress: Progress, part: ChainPart, { rows, attested, lines }: Followed): Progress {
  const marked = marksHash(part.before, part.replica, part.marks ?? []);
  let now: Progress = { ...progress, hash: marked, links: progress.links && [...progress.links, marked] };
  let { lastSeq, events } = now;
  let link = marked;
  for (const [at, { seq, check, row }] of rows.entries()) {
    const before = link;
    link = linkHash(link, part.replica, seq, lines?.[at] ?? lineOf(row));
    const links = at === 0 ? now.links : [before];
    const belied = beliedBy(attested, { replica: part.replica, lastSeq, links }, seq);
    const changed = { seq, atMs: Number(row[0]), why: seq > lastSeq + 1 ? 'missing' : 'changed' } as const;
    const broken = belied ?? (checkOf(link) === check ? undefined : changed);
    if (broken !== undefined) return { ...now, lastSeq, events, broken };
    [lastSeq, events] = [seq, events + 1];
  }
  if (rows.length > 0) now = { ...now, links: [link] };
  now = { ...now, lastSeq, events, hash: link };
  if (link === part.hash) return now;
  // All that is there agrees with itself: the last one was changed with its check, or those after it are not there.
  const isMissing = lastSeq < part.lastSeq;
  return {
    ...now,
    broken: { seq: isMissing ? lastSeq + 1 : lastSeq, why: isMissing ? 'missing' : 'changed' },
  };
}

/** What digests say of the events from the last one up to `seq`, where the chain says something else. */
function beliedBy(
  attested: Attested,
  { replica, lastSeq, links }: Pick<Progress, 'replica' | 'lastSeq' | 'links'>,
  seq: number,
): Broken | undefined {
  const heads = attested.get(replica);
  if (heads === undefined) return undefined;
  for (let at = firstFrom(heads, lastSeq); at < heads.length; at++) {
    const head = heads[at];
    if (head === undefined || head.seq >= seq) return undefined;
    if (head.seq > lastSeq) return links && { seq: lastSeq + 1, why: 'missing' };
    if (links !== undefined && !links.includes(head.hash)) return { seq: lastSeq, why: 'changed' };
  }
  return undefined;
}

/** The place of the first head from a number on. */
function firstFrom(heads: readonly { readonly seq: number }[], seq: number): number {
  let [low, high] = [0, heads.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((heads[middle]?.seq ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
