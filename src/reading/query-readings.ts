import { MAX_DEPTH, workFor, type Reading, type Work } from './closure.ts';
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
  /** What its keys can be read as. */
  readonly textsOf: ReadKey;
  readonly work: Work;
}

/** Every reading of a key in lower case; none where there are too many. */
type ReadKey = (key: string) => readonly string[];

/** Anything that some reading takes for something else. */
const ODD = /[^\w.~\-=&]/;
const ODD_KEY = /[^\w.~\-[\]]/;
const SEPARATOR = /[=&;]/;
const STRANGE = /[\x00-\x1f\x7f-\uffff]/;

/** Reads a query, and the path from its first `;` on. */
export function readMembers(query: string, matrix: string, work: Work): Members {
  const textsOf = createKeyReader(work);
  if (matrix === '' && !ODD.test(query)) {
    return { query, readings: query === '' ? [] : [{ text: query, depth: 0 }], textsOf, work };
  }
  const seeds = [query, query.replaceAll('+', ' '), matrix.replaceAll('/', '&')];
  const there = seeds.filter((seed) => seed !== '');
  return { query, readings: readText(there, work), textsOf, work };
}

/** In how many spellings a name is a key of the query as it stands, and how often in one, at most. */
export interface Occurrences {
  readonly spellings: number;
  readonly times: number;
}

/** Counts a name among the keys, split at `&`, and at `&` and `;`; undefined where nobody can tell. */
export function occurrencesOf({ query, textsOf }: Members, name: string): Occurrences | undefined {
  const byBoth = query.includes(';') ? count(query.split(/[&;]/), name, textsOf) : NONE;
  const byOne = query === '' ? NONE : count(query.split('&'), name, textsOf);
  if (byOne === undefined || byBoth === undefined) return undefined;
  return {
    spellings: Math.max(byOne.spellings, byBoth.spellings),
    times: Math.max(byOne.times, byBoth.times),
  };
}

const NONE: Occurrences = { spellings: 0, times: 0 };

function count(members: readonly string[], name: string, textsOf: ReadKey): Occurrences | undefined {
  const isName = spellingOf(name);
  const spellings = new Map<string, number>();
  for (const member of members) {
    const equals = member.indexOf('=');
    const key = equals < 0 ? member : member.slice(0, equals);
    // Decoding shortens; only compatibility forms can grow, and never to twice their bytes.
    if (key.length * 2 < name.length) continue;
    const texts = textsOf(key);
    if (texts.length === 0) return undefined;
    if (!texts.some(isName)) continue;
    // Who decodes before splitting finds the value elsewhere than who splits first.
    if (texts.some((text) => SEPARATOR.test(text))) return undefined;
    spellings.set(key, (spellings.get(key) ?? 0) + 1);
  }
  return { spellings: spellings.size, times: Math.max(0, ...spellings.values()) };
}

/** Reads each key once, whatever is looked for. */
function createKeyReader(work: Work): ReadKey {
  const known = new Map<string, readonly string[]>();
  const read = (key: string): readonly string[] => {
    if (!ODD_KEY.test(key)) return [key.toLowerCase()];
    let text = key.replaceAll('+', ' ');
    const texts = [text];
    while (texts.length <= MAX_DEPTH && isEncoded(text)) texts.push((text = decodeOnce(text)));
    if (!texts.some((one) => STRANGE.test(one))) return texts.map((one) => one.toLowerCase());
    const readings = readText([key, key.replaceAll('+', ' ')], work) ?? [];
    const strange = readings.flatMap(({ text: one }) => [one, foldLiteral(one), ...fitLetters(one)]);
    return [...new Set(strange.map((one) => one.toLowerCase()))];
  };
  return (key) => {
    const texts = known.get(key) ?? read(key);
    known.set(key, texts);
    return texts;
  };
}

/** True if some reading of the key is the name; true too where nobody can tell. */
export function isKeyFor(key: string, name: string, textsOf = createKeyReader(workFor(key.length))): boolean {
  const texts = textsOf(key);
  return texts.length === 0 || texts.some(spellingOf(name));
}

/** Whether a decoded key, in lower case, is the name with an index, a member or another end behind it. */
function spellingOf(name: string): (key: string) => boolean {
  const wanted = mangled(name.toLowerCase(), name);
  return (key) => {
    if (key.length < name.length) return false;
    const at = key.charCodeAt(0) <= 0x20 ? Math.max(key.search(/[^\x00-\x20]/), 0) : 0;
    for (let i = 0; i < wanted.length; i++) {
      const same = key.charCodeAt(at + i) === wanted.charCodeAt(i);
      if (!same && (wanted.charAt(i) !== '_' || !MANGLED.includes(key.charAt(at + i)))) return false;
    }
    return !isWord(key.charCodeAt(at + wanted.length));
  };
}

/** PHP writes an underscore for what the name of a variable cannot have. */
function mangled(text: string, name: string): string {
  return /[_.]/.test(name) ? text.replace(/[. [+]/g, '_') : text;
}

const MANGLED = ['.', ' ', '[', '+'];

/** Letters, digits, `_` and `-`; false past the end. */
function isWord(code: number): boolean {
  const lower = code | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x5f || code === 0x2d;
}

/** Every value that some reading gives the name, wherever a splitter finds it; undefined where there are too many. */
export function parameterValues({ readings, work }: Members, name: string): ParameterValue[] | undefined {
  const values = new Map<string, ParameterValue>();
  const wanted = mangled(name.toLowerCase(), name);
  for (const reading of readings ?? []) {
    const text = mangled(reading.text.toLowerCase(), name);
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
      if (!startsMember(text, at) || isWord(text.charCodeAt(at + wanted.length))) continue;
      for (const value of valuesAt(reading.text, at + wanted.length)) {
        // Whether it was decoded is all that matters of its reading.
        const key = `${reading.depth === 0 ? 'raw' : 'decoded'} ${value}`;
        if (values.has(key)) continue;
        work.left -= value.length;
        values.set(key, { text: value, reading });
      }
    }
  }
  return readings === undefined || work.left < 0 ? undefined : [...values.values()];
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
