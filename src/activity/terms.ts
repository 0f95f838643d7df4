import { packAddress } from './address.ts';
import { eventColumns, type Cell, type EventColumn, type PlacedRow, type Row } from './event.ts';
import type { Filter } from './match.ts';

/** The Bloom filters of a segment, in the order of their numbers: of columns of many values, and of how it was decided. */
export const filterNames = [
  'requestId',
  'conversation',
  'contact',
  'subject',
  'clientIp',
  'decided',
] as const;
export type FilterName = (typeof filterNames)[number];

/** So much of a request id is filtered by: what people read out to each other. */
const ID_START = 8;
/** Of how it was decided every combination is a term: what was never decided so is not looked for. */
const decided = ['outcome', 'reason', 'enforced', 'bot'] as const;
const masks = 2 ** decided.length;
/** Of an IPv4 address, the networks of these lengths are terms. */
const networks = [32, 24, 16] as const;
/** Owners of more bots than that are not helped by the filter. */
const mostBots = 64;

/** The terms that a filter holds of some rows. */
export function termsIn(rows: readonly PlacedRow[], name: FilterName): ReadonlySet<string> {
  const terms = new Set<string>();
  if (name === 'decided') addDecided(terms, rows);
  else if (name === 'subject' || name === 'clientIp') addWithOutcome(terms, rows, name);
  else {
    const [place = 0] = placesOf([name]);
    const length = name === 'requestId' ? ID_START : undefined;
    for (const { row } of rows) {
      const cell = row[place] ?? null;
      if (cell !== null) terms.add(String(cell).slice(0, length));
    }
  }
  return terms;
}

function placesOf(names: readonly EventColumn[]): readonly number[] {
  return names.map((name) => eventColumns.indexOf(name));
}

function addDecided(terms: Set<string>, rows: readonly PlacedRow[]): void {
  const [a = 0, b = 0, c = 0, d = 0] = placesOf(decided);
  // Of a bot there are few ways, and they are looked through sooner than a text is made of each row.
  const ways = new Map<Cell, Row[]>();
  for (const { row } of rows) {
    const bot = row[d] ?? null;
    const seen = ways.get(bot) ?? [];
    if (seen.some((way) => way[a] === row[a] && way[b] === row[b] && way[c] === row[c])) continue;
    seen.push(row);
    ways.set(bot, seen);
    const cells = [a, b, c, d].map((place) => row[place] ?? null);
    for (let mask = 1; mask < masks; mask++)
      terms.add(decidedTerm(cells.map((cell, at) => ((mask >> at) & 1 ? cell : undefined))));
  }
}

/** Each value, and each with each outcome that it had. */
function addWithOutcome(terms: Set<string>, rows: readonly PlacedRow[], name: 'subject' | 'clientIp'): void {
  const [place = 0, outcomeAt = 0] = placesOf([name, 'outcome']);
  const seen = new Map<Cell, Set<Cell>>();
  for (const { row } of rows) {
    const cell = row[place] ?? null;
    const outcome = row[outcomeAt] ?? null;
    const texts = seen.get(outcome) ?? new Set<Cell>();
    if (cell === null || texts.has(cell)) continue;
    seen.set(outcome, texts.add(cell));
    terms.add(String(cell)).add(both(String(cell), outcome));
    const packed = name === 'clientIp' ? packAddress(cell) : cell;
    if (typeof packed === 'number') for (const length of networks) terms.add(networkTerm(packed, length));
  }
}

function both(text: string, outcome: Cell): string {
  return `${text}\n${String(outcome)}`;
}

/** What is not asked for, or left out, is undefined. */
function decidedTerm(cells: readonly (Cell | undefined)[]): string {
  return cells.map((cell) => (cell === undefined ? '' : `=${String(cell)}`)).join('\n');
}

/** The network of 2^(32 - `length`) addresses that an address lies in. */
function networkTerm(address: number, length: number): string {
  return `${address >>> (32 - length)}/${length}`;
}

/** What one filter of a segment must hold at least one of. */
export interface AskedTerms {
  readonly of: FilterName;
  readonly anyOf: readonly string[];
}

/** What the filters of a segment must hold for a row of it to be asked for. */
export function termsAsked(filter: Filter): readonly AskedTerms[] {
  const { outcome, subject, conversation, contact, address, between, requestId = '' } = filter;
  const asked: AskedTerms[] = [...decidedAsked(filter)];
  const add = (of: FilterName, text: string | undefined): void => {
    if (text !== undefined) asked.push({ of, anyOf: [text] });
  };
  const person = (text: string | undefined): string | undefined =>
    text === undefined || outcome === undefined ? text : both(text, outcome);
  add('subject', person(subject));
  add('conversation', conversation);
  add('contact', contact);
  add('clientIp', person(address));
  if (between !== undefined) add('clientIp', networkAsked(between));
  if (requestId.length >= ID_START) add('requestId', requestId.slice(0, ID_START));
  return asked;
}

function decidedAsked({ outcome, reason, enforced, bot, orNone, bots }: Filter): readonly AskedTerms[] {
  const flag = enforced === undefined ? undefined : Number(enforced);
  const term = (name: string | null | undefined): string => decidedTerm([outcome, reason, flag, name]);
  if (bot !== undefined && orNone) return [{ of: 'decided', anyOf: [term(bot), term(null)] }];
  if (bot === undefined && bots !== undefined && bots.length <= mostBots)
    return [{ of: 'decided', anyOf: bots.map(term) }];
  const text = term(bot);
  return text === decidedTerm(decided.map(() => undefined)) ? [] : [{ of: 'decided', anyOf: [text] }];
}

function networkAsked([from, to]: readonly [number, number]): string | undefined {
  for (const length of networks)
    if (networkTerm(from, length) === networkTerm(to, length)) return networkTerm(from, length);
  return undefined;
}
