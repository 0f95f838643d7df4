import { readAsked } from '../policy/asked-text.ts';
import type { ClientIp } from '../policy/client-ip.ts';
import { dependsOnAddress, turnOf, type Compared, type Turn } from '../policy/turn.ts';
import type { Cell } from './event.ts';
import { createIds } from './ids.ts';
import type { Visits } from './visits.ts';

/** What was made of all requests that were asked alike, from one address. */
export interface Judged {
  readonly turn: Turn | undefined;
}

type Add = (judged: Judged & { readonly turn: Turn }, from: Visits, row: number) => void;

/**
 * Judges visits once more, each different request once while it may be remembered; `add` hears of those that are
 * answered differently. What it returns says how many could be judged.
 */
export function createJudge(compared: Compared, add: Add, mayRemember: () => boolean) {
  const ids = { asked: createIds(), bot: createIds() };
  const kept = new Map<number, ByAddress | null>();
  const make = (asked: Cell, bot: Cell): ByAddress | null =>
    asked === null
      ? null
      : createByAddress(String(asked), bot === null ? undefined : String(bot), compared, mayRemember);
  return (visits: Visits): { readonly judged: number; readonly unjudged: number } => {
    // Looked up once: each look costs as much as a row.
    const [asked, bot, address] = [visits.column('asked'), visits.column('bot'), visits.column('clientIp')];
    const [askedId, botId] = [ids.asked.of(asked), ids.bot.of(bot)];
    let [judged, unjudged] = [0, 0];
    for (const row of visits.rows) {
      const key = askedId(row) * 2 ** 26 + botId(row);
      let judge = kept.get(key);
      if (judge === undefined) {
        judge = make(asked.cell(row), bot.cell(row));
        if (mayRemember()) kept.set(key, judge);
      }
      if (judge === null) unjudged += visits.count(row);
      else {
        judged += visits.count(row);
        const found = judge(address.cell(row));
        if (isTurned(found)) add(found, visits, row);
      }
    }
    return { judged, unjudged };
  };
}

function isTurned(judged: Judged): judged is Judged & { readonly turn: Turn } {
  return judged.turn !== undefined;
}

/** Judges all requests of one bot that were asked alike, but for the address. */
type ByAddress = (address: Cell) => Judged;

function createByAddress(
  text: string,
  bot: string | undefined,
  compared: Compared,
  mayRemember: () => boolean,
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
    const judged = made === undefined ? unchanged : { turn: made };
    if (mayRemember()) kept.set(key, judged);
    return judged;
  };
}

const unchanged: Judged = { turn: undefined };
const unknownClient: ClientIp = { status: 'unknown', why: '' };

/** Decisions only look at the number. */
function clientOf(address: Cell): ClientIp {
  if (typeof address === 'number') return { status: 'ipv4', address: '', value: address };
  return address === null ? unknownClient : { status: 'ipv6', address: String(address) };
}
