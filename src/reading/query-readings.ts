import { MAX_DEPTH, type Reading } from './closure.ts';
import { decodeOnce, isEncoded } from './decoding.ts';
import { fitLetters } from './folding.ts';
import { foldLiteral } from './literal.ts';
import { readText } from './text-readings.ts';

/** What a reading gives a parameter. */
export interface ParameterValue {
  readonly text: string;
  readonly reading: Reading;
}

/** Where ids can stand outside the path: a query, and what follows a `;` in the path. */
export interface Members {
  /** As it is; empty where there is none. */
  readonly query: string;
  /** Every reading of both; undefined where there are too many. */
  readonly readings: readonly Reading[] | undefined;
}

/** Characters past which the readings of keys that only a decoder of characters could read are too many: refused. */
const MAX_STRANGE = 3_000;
/** Anything that some reading takes for something else. */
const ODD = /[^\w.~\-=&]/;
const ODD_KEY = /[^\w.~\-[\]]/;
const SEPARATOR = /[=&;]/;
const STRANGE = /[\x00-\x1f\x7f-\uffff]/;

/** Reads a query, and the path from its first `;` on. */
export function readMembers(query: string, matrix: string): Members {
  if (matrix === '' && !ODD.test(query)) {
    return { query, readings: query === '' ? [] : [{ text: query, depth: 0 }] };
  }
  const seeds = [query, query.replaceAll('+', ' '), matrix.replaceAll('/', '&')];
  return { query, readings: readText(seeds.filter((seed) => seed !== '')) };
}

/** In how many spellings a name is a key of the query as it stands, and how often in one, at most. */
export interface Occurrences {
  readonly spellings: number;
  readonly times: number;
}

/** Counts a name among the keys, split at `&`, and at `&` and `;`; undefined where nobody can tell. */
export function occurrencesOf({ query }: Members, name: string): Occurrences | undefined {
  const byBoth = query.includes(';') ? count(query.split(/[&;]/), name) : NONE;
  const byOne = query === '' ? NONE : count(query.split('&'), name);
  if (byOne === undefined || byBoth === undefined) return undefined;
  return {
    spellings: Math.max(byOne.spellings, byBoth.spellings),
    times: Math.max(byOne.times, byBoth.times),
  };
}

const NONE: Occurrences = { spellings: 0, times: 0 };

function count(members: readonly string[], name: string): Occurrences | undefined {
  const spellings = new Map<string, number>();
  let looked = 0;
  for (const member of members) {
    const equals = member.indexOf('=');
    const key = equals < 0 ? member : member.slice(0, equals);
    // Decoding shortens; only compatibility forms can grow, and never to twice their bytes.
    if (key.length * 2 < name.length) continue;
    const { texts, strange } = textsOf(key);
    looked += strange;
    if (texts.length === 0 || looked > MAX_STRANGE) return undefined;
    if (!texts.some((text) => isSpelling(text, name))) continue;
    // Who decodes before splitting finds the value elsewhere than who splits first.
    if (texts.some((text) => SEPARATOR.test(text))) return undefined;
    spellings.set(key, (spellings.get(key) ?? 0) + 1);
  }
  return { spellings: spellings.size, times: Math.max(0, ...spellings.values()) };
}

/** Every reading of a key, none where there are too many; `strange` counts what decoding alone does not tell. */
function textsOf(key: string): { readonly texts: readonly string[]; readonly strange: number } {
  if (!ODD_KEY.test(key)) return { texts: [key], strange: 0 };
  let text = key.replaceAll('+', ' ');
  const texts = [text];
  while (texts.length <= MAX_DEPTH && isEncoded(text)) texts.push((text = decodeOnce(text)));
  if (!texts.some((one) => STRANGE.test(one))) return { texts, strange: 0 };
  const readings = readText([key, key.replaceAll('+', ' ')]) ?? [];
  const strange = readings.reduce((sum, reading) => sum + reading.text.length, 0);
  if (strange > MAX_STRANGE) return { texts: [], strange };
  return {
    texts: readings.flatMap(({ text: one }) => [one, foldLiteral(one), ...fitLetters(one)]),
    strange,
  };
}

/** True if some reading of the key is the name; true too where nobody can tell. */
export function isKeyFor(key: string, name: string): boolean {
  const { texts } = textsOf(key);
  return texts.length === 0 || texts.some((text) => isSpelling(text, name));
}

/** True if a decoded key is the name in some case, with an index, a member or another end behind it. */
function isSpelling(key: string, name: string): boolean {
  if (key.length < name.length) return false;
  const at = key.charCodeAt(0) <= 0x20 ? key.search(/[^\x00-\x20]/) : 0;
  return isNameAt(mangled(key.toLowerCase(), name), mangled(name.toLowerCase(), name), Math.max(at, 0));
}

/** PHP writes an underscore for what the name of a variable cannot have. */
function mangled(text: string, name: string): string {
  return /[_.]/.test(name) ? text.replace(/[. [+]/g, '_') : text;
}

function isNameAt(text: string, name: string, at: number): boolean {
  return text.startsWith(name, at) && !isWord(text.charCodeAt(at + name.length));
}

/** Letters, digits, `_` and `-`; false past the end. */
function isWord(code: number): boolean {
  const lower = code | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x5f || code === 0x2d;
}

/** Every value that some reading gives the name, wherever a splitter at `&`, `;` or `?` finds it. */
export function parameterValues(readings: readonly Reading[], name: string): ParameterValue[] {
  const values: ParameterValue[] = [];
  const wanted = mangled(name.toLowerCase(), name);
  for (const reading of readings) {
    const text = mangled(reading.text.toLowerCase(), name);
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
      if (!startsMember(text, at) || isWord(text.charCodeAt(at + wanted.length))) continue;
      for (const value of valuesAt(reading.text, at + wanted.length)) values.push({ text: value, reading });
    }
  }
  return values;
}

function startsMember(text: string, at: number): boolean {
  let before = at - 1;
  while (before >= 0 && text.charCodeAt(before) <= 0x20) before--;
  return before < 0 || '&;?'.includes(text.charAt(before));
}

/** What stands behind the next `=`, up to the next `&`, and up to the next separator of any kind. */
function valuesAt(text: string, from: number): string[] {
  const rest = text.slice(from, endOf(text, from, '&'));
  const equals = rest.indexOf('=');
  if (equals < 0) return [];
  const value = rest.slice(equals + 1);
  const end = value.search(/[;?]/);
  return end < 0 ? [value] : [value, value.slice(0, end)];
}

function endOf(text: string, from: number, mark: string): number {
  const at = text.indexOf(mark, from);
  return at < 0 ? text.length : at;
}
