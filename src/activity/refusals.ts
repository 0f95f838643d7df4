import { unpackAddress } from './address.ts';
import type { Decisions } from './decisions.ts';
import { dismissedIn, type Dismissal } from './dismissals.ts';
import type { Cell, Gap, StoredEvent } from './event.ts';
import { askedSpan, matchOf, type TimedFilter } from './match.ts';
import { gapsIn } from './query.ts';
import { eventIn, type Segment } from './segment.ts';
import { recordedSince } from './since.ts';

/** Visitors of one address whom one bot turned away, and who have not come in since. */
export interface RefusalGroup {
  /** As it was recorded. */
  readonly address: string;
  readonly bot: string;
  readonly count: number;
  /** Unix milliseconds. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** Who was signed in, as recorded, the newest first; at most five. */
  readonly subjects: readonly string[];
  readonly newest: StoredEvent;
  readonly dismissed?: Dismissal;
}

export interface Refusals {
  /** Those that came last first. */
  readonly groups: readonly RefusalGroup[];
  /** Unix milliseconds: what is older was not looked at, or is not recorded. */
  readonly sinceMs: number;
  readonly gaps: readonly Gap[];
}

/** Refusals of who asks, which an address that is listed would not have met. Ambiguous URLs and bad tokens are others. */
const reasons: ReadonlySet<Cell> = new Set([
  ...['no-access', 'no-credential'],
  ...['session-expired', 'session-revoked', 'session-ended', 'session-invalid'],
]);

/** With refusals in them, the newest: more are not read for one answer. */
const mostSegments = 24;
const mostSubjects = 5;

interface Sum {
  readonly address: Cell;
  readonly bot: Cell;
  readonly subjects: Set<string>;
  count: number;
  firstMs: number;
  lastMs: number;
  /** When somebody of the address came in. */
  passedMs: number;
  newest: { readonly segment: Segment; readonly row: number } | undefined;
}

/** Enforced refusals by address and bot; whoever came in later is left out. */
export function findRefusals(decisions: Decisions, filter: TimedFilter, most: number): Refusals {
  const asked = { ...filter, enforced: true };
  const match = matchOf(asked);
  const refused = (['deny', 'login'] as const).map((outcome) => matchOf({ ...asked, outcome }));
  const segments = decisions.segments(askedSpan(filter)).filter((one) => refused.some(({ may }) => may(one)));
  const read = segments.slice(0, mostSegments);
  const sums = createRefusals();
  for (const segment of read) sums.add(segment, match.rows(segment));
  const sinceMs = segments.length > read.length ? Math.min(...read.map(({ fromMs }) => fromMs)) : 0;
  return {
    groups: sums.groups(dismissedIn(decisions.index), most),
    sinceMs: Math.max(sinceMs, recordedSince(decisions.index, filter)),
    gaps: gapsIn(decisions.index, filter),
  };
}

const none = { firstMs: Infinity, lastMs: -Infinity, passedMs: -Infinity, count: 0, newest: undefined };

function createRefusals() {
  const sums: Sum[] = [];
  const byAddress = new Map<Cell, Map<Cell, Sum>>();
  const sumOf = (address: Cell, bot: Cell): Sum => {
    let byBot = byAddress.get(address);
    if (byBot === undefined) byAddress.set(address, (byBot = new Map<Cell, Sum>()));
    const found = byBot.get(bot);
    if (found !== undefined) return found;
    const made: Sum = { address, bot, subjects: new Set<string>(), ...none };
    byBot.set(bot, made);
    sums.push(made);
    return made;
  };
  return {
    /** Rows come the newest first. */
    add(segment: Segment, rows: readonly number[]): void {
      const [addresses, bots] = [segment.column('clientIp'), segment.column('bot')];
      const [outcomes, why] = [segment.column('outcome'), segment.column('reason')];
      const [times, subjects] = [segment.column('atMs'), segment.column('subject')];
      for (const row of rows) {
        const isPass = outcomes.cell(row) === 'forward';
        if (!isPass && !reasons.has(why.cell(row))) continue;
        const [address, bot, atMs] = [addresses.cell(row), bots.cell(row), Number(times.cell(row))];
        if (address === null || bot === null) continue;
        const sum = sumOf(address, bot);
        if (isPass) {
          sum.passedMs = Math.max(sum.passedMs, atMs);
          continue;
        }
        addRefusal(sum, atMs, subjects.cell(row), segment, row);
      }
    },
    groups: (dismissed: ReturnType<typeof dismissedIn>, most: number): readonly RefusalGroup[] =>
      sums
        .filter(({ count, lastMs, passedMs }) => count > 0 && passedMs < lastMs)
        .sort((a, b) => b.lastMs - a.lastMs)
        .slice(0, most)
        .flatMap((sum) => viewed(sum, dismissed)),
  };
}

function addRefusal(sum: Sum, atMs: number, subject: Cell, segment: Segment, row: number): void {
  if (subject !== null && sum.subjects.size < mostSubjects) sum.subjects.add(String(subject));
  if (atMs > sum.lastMs) [sum.lastMs, sum.newest] = [atMs, { segment, row }];
  sum.firstMs = Math.min(sum.firstMs, atMs);
  sum.count += 1;
}

function viewed(
  { address: packed, bot: name, subjects, newest, passedMs: _, ...sum }: Sum,
  dismissed: ReturnType<typeof dismissedIn>,
): readonly RefusalGroup[] {
  if (newest === undefined) return [];
  const [address, bot] = [String(unpackAddress(packed)), String(name)];
  const by = dismissed({ address, bot });
  const event = eventIn(newest.segment, newest.row);
  return [{ ...sum, address, bot, subjects: [...subjects], newest: event, ...(by && { dismissed: by }) }];
}
