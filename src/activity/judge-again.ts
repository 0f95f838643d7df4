import { readAsked } from '../policy/asked-text.ts';
import type { ClientIp } from '../policy/client-ip.ts';
import { dependsOnAddress, turnOf, type Compared, type Turn } from '../policy/turn.ts';
import type { Column } from './column.ts';
import type { Cell } from './event.ts';
import type { Segment } from './segment.ts';
import type { GroupColumns } from './turned.ts';

/** What was made of all requests that were asked alike, from one address. */
export interface Judged {
  readonly turn: Turn | undefined;
}

/** Beyond so many different requests each is judged anew: what is remembered is bounded, whoever fills the record. */
const mostRemembered = 500_000;

type Add = (judged: Judged & { readonly turn: Turn }, from: GroupColumns, row: number) => void;

/**
 * Judges the rows of segments once more, each different request once; `add` hears of those that are answered
 * differently. What it returns says how many could be judged.
 */
export function createJudge(compared: Compared, add: Add) {
  const ids = createIds();
  const memory = { left: mostRemembered };
  const kept = new Map<number, ByAddress | null>();
  const make = (asked: Cell, bot: Cell): ByAddress | null =>
    asked === null
      ? null
      : createByAddress(String(asked), bot === null ? undefined : String(bot), compared, memory);
  return (segment: Segment, rows: readonly number[]): number => {
    // Looked up once: each look costs as much as a row.
    const asked = segment.column('asked');
    const [address, bot] = [segment.column('clientIp'), segment.column('bot')];
    const from = { address, bot, subject: segment.column('subject'), times: segment.column('atMs') };
    const [askedId, botId] = [ids(asked), ids(bot)];
    let judged = 0;
    for (const row of rows) {
      const key = askedId(row) * 2 ** 26 + botId(row);
      let judge = kept.get(key);
      if (judge === undefined) {
        judge = make(asked.cell(row), bot.cell(row));
        if (memory.left-- > 0) kept.set(key, judge);
      }
      if (judge === null) continue;
      judged += 1;
      const found = judge(address.cell(row));
      if (isTurned(found)) add(found, from, row);
    }
    return judged;
  };
}

function isTurned(judged: Judged): judged is Judged & { readonly turn: Turn } {
  return judged.turn !== undefined;
}

/** A number for each value of a column, the same in every segment: texts are read once in each. */
function createIds() {
  const known = new Map<Cell, number>();
  return ({ size, place, value }: Column) => {
    const here = new Int32Array(size).fill(-1);
    return (row: number): number => {
      const at = place(row);
      const found = here[at] ?? -1;
      if (found >= 0) return found;
      const cell = value(at);
      const id = known.get(cell) ?? known.size;
      known.set(cell, id);
      return (here[at] = id);
    };
  };
}

/** Judges all requests of one bot that were asked alike, but for the address. */
type ByAddress = (address: Cell) => Judged;

function createByAddress(
  text: string,
  bot: string | undefined,
  compared: Compared,
  memory: { left: number },
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
    if (memory.left-- > 0) kept.set(key, judged);
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
