import type { Turn } from '../policy/turn.ts';
import { unpackAddress } from './address.ts';
import type { Cell } from './event.ts';
import type { TurnedJudged } from './judge-again.ts';
import type { Visits } from './visits.ts';

/** Requests of one address to one bot, by one person or nobody, that would be answered differently alike. */
export interface TurnedGroup extends Turn {
  readonly address?: string;
  readonly bot?: string;
  readonly subject?: string;
  readonly visits: number;
  /** Unix milliseconds. */
  readonly firstMs: number;
  readonly lastMs: number;
}

/** How many requests, from how many addresses, of how many bots, by how many people who are known. */
export interface TurnedCount {
  readonly visits: number;
  readonly addresses: number;
  readonly bots: number;
  readonly people: number;
}

export interface Turned {
  readonly refused: TurnedCount;
  readonly admitted: TurnedCount;
  /** Those with the most requests, the most first. */
  readonly groups: readonly TurnedGroup[];
  /** Groups that there are; where it is less than all, addresses, bots and people are at least so many. */
  readonly groupCount: number;
  readonly isCut: boolean;
}

/** Groups that are kept where fewer are listed; requests of others are only counted. */
const fewestKept = 50_000;

interface Kept extends Turn {
  readonly address: Cell;
  readonly bot: Cell;
  readonly subject: Cell;
  visits: number;
  firstMs: number;
  lastMs: number;
}

/** Groups of one judgement: of nobody who is known, and by person. */
interface Groups {
  unnamed?: Kept;
  readonly named: Map<Cell, Kept>;
}

/** Finds the group of a row, or makes it; undefined where it may not be kept. */
function createGroups(groups: Kept[], mayKeep: (judged: TurnedJudged) => boolean) {
  // By the number of the judgement.
  const found: Groups[] = [];
  return (judged: TurnedJudged, from: Visits, row: number): Kept | undefined => {
    const { turn, id } = judged;
    const subject = from.column('subject').cell(row);
    const known = id === undefined || id >= found.length ? undefined : found[id];
    const group = subject === null ? known?.unnamed : known?.named.get(subject);
    if (group !== undefined) return group;
    if (!mayKeep(judged) || id === undefined) return undefined;
    const [address, bot] = [from.column('clientIp').cell(row), from.column('bot').cell(row)];
    const made = { ...turn, address, bot, subject, visits: 0, firstMs: Infinity, lastMs: 0 };
    groups.push(made);
    const here = (found[id] ??= { named: new Map() });
    if (subject === null) here.unnamed = made;
    else here.named.set(subject, made);
    return made;
  };
}

/** Sums up requests that would be answered differently. */
export function createTurned(most: number) {
  const groups: Kept[] = [];
  const visits = { refused: 0, admitted: 0 };
  const seen = { refused: createSeen(), admitted: createSeen() };
  let isCut = false;
  const groupOf = createGroups(groups, ({ id }) => {
    // What is judged anew each time would be a group each time.
    isCut ||= id === undefined || groups.length >= Math.max(most, fewestKept);
    return !isCut;
  });
  return {
    add(judged: TurnedJudged, from: Visits, row: number): void {
      const count = from.count(row);
      visits[judged.turn.effect] += count;
      const group = groupOf(judged, from, row);
      if (group === undefined) return;
      if (group.visits === 0) seen[group.effect].add(group);
      group.visits += count;
      group.firstMs = Math.min(group.firstMs, from.firstMs(row));
      group.lastMs = Math.max(group.lastMs, from.lastMs(row));
    },
    all: (): Turned => ({
      refused: seen.refused.count(visits.refused),
      admitted: seen.admitted.count(visits.admitted),
      groups: groups
        .sort((a, b) => b.visits - a.visits || b.lastMs - a.lastMs)
        .slice(0, most)
        .map(view),
      groupCount: groups.length,
      isCut,
    }),
  };
}

/** Who is in groups, kept as they are made: it is told again and again. */
function createSeen() {
  const [addresses, bots, people] = [new Set<Cell>(), new Set<Cell>(), new Set<Cell>()];
  return {
    add({ address, bot, subject }: Kept): void {
      if (address !== null) addresses.add(address);
      if (bot !== null) bots.add(bot);
      if (subject !== null) people.add(subject);
    },
    count(visits: number): TurnedCount {
      return { visits, addresses: addresses.size, bots: bots.size, people: people.size };
    },
  };
}

function view({ address, bot, subject, ...group }: Kept): TurnedGroup {
  return {
    ...group,
    ...(address !== null && { address: String(unpackAddress(address)) }),
    ...(bot !== null && { bot: String(bot) }),
    ...(subject !== null && { subject: String(subject) }),
  };
}
