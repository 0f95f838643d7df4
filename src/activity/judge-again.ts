import { readAsked } from '../policy/asked-text.ts';
import type { ClientIp } from '../policy/client-ip.ts';
import { dependsOnAddress, turnOf, type Compared, type Turn } from '../policy/turn.ts';
import type { Cell } from './event.ts';
import { createIds } from './ids.ts';
import type { Visits } from './visits.ts';

/** What was made of all requests of one bot that were asked alike, from one address. */
export interface Judged {
  readonly turn: Turn | undefined;
  /** Numbers those that are answered differently; absent where it is not remembered, and made anew each time. */
  readonly id?: number;
}

export interface TurnedJudged extends Judged {
  readonly turn: Turn;
}

type Add = (judged: TurnedJudged, from: Visits, row: number) => void;

/**
 * Judges visits once more, each different request once while it may be remembered; `add` hears of those that are
 * answered differently. What it returns says how many could be judged.
 */
export function createJudge(compared: Compared, add: Add, mayRemember: () => boolean) {
  const ids = { asked: createIds(), bot: createIds() };
  const kept = new Map<number, ByAddress | null>();
  const remember = createMemory(mayRemember);
  const make = (asked: Cell, bot: Cell): ByAddress | null =>
    asked === null
      ? null
      : createByAddress(String(asked), bot === null ? undefined : String(bot), compared, remember);
  return (visits: Visits): { readonly judged: number; readonly unjudged: number } => {
    // Looked up once: each look costs as much as a row.
    const [asked, bot, address] = [visits.column('asked'), visits.column('bot'), visits.column('clientIp')];
    const [askedId, botId] = [ids.asked.of(asked), ids.bot.of(bot)];
    let [judged, unjudged] = [0, 0];
    // Of a run those lie together that are alike.
    let [key, place] = [-1, -1];
    let judge: ByAddress | null = null;
    let found = unchanged;
    for (const row of visits.rows) {
      const keyHere = askedId(row) * 2 ** 26 + botId(row);
      if (keyHere !== key) {
        const known = kept.get(keyHere);
        judge = known === undefined ? make(asked.cell(row), bot.cell(row)) : known;
        if (known === undefined && mayRemember()) kept.set(keyHere, judge);
        [key, place] = [keyHere, -1];
      }
      const count = visits.count(row);
      if (judge === null) {
        unjudged += count;
        continue;
      }
      judged += count;
      const placeHere = address.place(row);
      if (placeHere !== place) found = judge(address.cell(row));
      place = placeHere;
      if (isTurned(found)) add(found, visits, row);
    }
    return { judged, unjudged };
  };
}

function isTurned(judged: Judged): judged is TurnedJudged {
  return judged.turn !== undefined;
}

/** Numbers what may be remembered. */
function createMemory(mayRemember: () => boolean) {
  let lastId = -1;
  return (turn: Turn | undefined): Judged | undefined => {
    if (!mayRemember()) return undefined;
    return turn === undefined ? unchanged : { turn, id: ++lastId };
  };
}

/** Judges all requests of one bot that were asked alike, but for the address. */
type ByAddress = (address: Cell) => Judged;

function createByAddress(
  text: string,
  bot: string | undefined,
  compared: Compared,
  remember: ReturnType<typeof createMemory>,
): ByAddress | null {
  const asked = readAsked(text, bot, unknownClient);
  if (asked === undefined) return null;
  const isOne = !dependsOnAddress(asked, compared);
  const turn = isOne ? turnOf(asked, compared) : undefined;
  if (isOne && turn === undefined) return () => unchanged;
  const kept = new Map<Cell, Judged>();
  return (address) => {
    // Larger numbers are slow as keys; the same 32 bits are read as an address again.
    const key = typeof address === 'number' ? address | 0 : address;
    const known = kept.get(key);
    if (known !== undefined) return known;
    const made = isOne ? turn : turnOf({ ...asked, client: clientOf(address) }, compared);
    const judged = remember(made);
    if (judged !== undefined) kept.set(key, judged);
    return judged ?? { turn: made };
  };
}

const unchanged: Judged = { turn: undefined };
const unknownClient: ClientIp = { status: 'unknown', why: '' };

/** Decisions only look at the number. */
function clientOf(address: Cell): ClientIp {
  if (typeof address === 'number') return { status: 'ipv4', address: '', value: address };
  return address === null ? unknownClient : { status: 'ipv6', address: String(address) };
}
