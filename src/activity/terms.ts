import { packAddress } from './address.ts';
import { cellOf, type Cell, type PlacedRow, type Row } from './event.ts';
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
/** Owners of more bots than that are not helped by the filter. */
const mostBots = 64;

/** The terms that a filter holds of some rows. */
export function termsIn(rows: readonly PlacedRow[], name: FilterName): ReadonlySet<string> {
  const terms = new Set<string>();
  if (name !== 'decided') {
    for (const { row } of rows) addTerms(terms, name, row);
    return terms;
  }
  const seen = new Set<string>();
  for (const { row } of rows) {
    const cells = decided.map((column) => cellOf(row, column));
    const all = decidedTerm(cells);
    if (seen.has(all)) continue;
    seen.add(all);
    for (let mask = 1; mask < masks; mask++)
      terms.add(decidedTerm(cells.map((cell, at) => ((mask >> at) & 1 ? cell : undefined))));
  }
  return terms;
}

function addTerms(terms: Set<string>, name: Exclude<FilterName, 'decided'>, row: Row): void {
  const cell = cellOf(row, name);
  if (cell === null) return;
  const text = String(cell);
  if (name === 'requestId') terms.add(text.slice(0, ID_START));
  else if (name === 'conversation' || name === 'contact') terms.add(text);
  else {
    // The same text was there before: all that is read of the address is, too.
    const withOutcome = both(text, cellOf(row, 'outcome'));
    if (terms.has(withOutcome)) return;
    terms.add(withOutcome);
    terms.add(text);
    const packed = name === 'clientIp' ? packAddress(cell) : text;
    if (typeof packed === 'number')
      for (const length of [32, 24, 16] as const) terms.add(networkTerm(packed, length));
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
function networkTerm(address: number, length: 32 | 24 | 16): string {
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

function decidedAsked({ outcome, reason, enforced, bot, bots }: Filter): readonly AskedTerms[] {
  const flag = enforced === undefined ? undefined : Number(enforced);
  const term = (name: string | undefined): string => decidedTerm([outcome, reason, flag, name]);
  if (bot === undefined && bots !== undefined && bots.length <= mostBots)
    return [{ of: 'decided', anyOf: bots.map(term) }];
  const text = term(bot);
  return text === decidedTerm(decided.map(() => undefined)) ? [] : [{ of: 'decided', anyOf: [text] }];
}

function networkAsked([from, to]: readonly [number, number]): string | undefined {
  for (const length of [32, 24, 16] as const)
    if (networkTerm(from, length) === networkTerm(to, length)) return networkTerm(from, length);
  return undefined;
}
