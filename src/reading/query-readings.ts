import { readText } from './text-readings.ts';
import type { Reading } from './closure.ts';
import { foldLiteral } from './literal.ts';
import { fitLetters } from './folding.ts';

/** A member of a query, as it stood. */
interface Pair {
  readonly key: string;
  readonly value: string;
}

/** What a reading gives a parameter. */
interface Value {
  readonly text: string;
  readonly reading: Reading;
}

/** What a query makes of one parameter. */
export interface Parameter {
  /** How often it stands there in one spelling, at most. */
  readonly times: number;
  /** In how many spellings. */
  readonly spellings: number;
  /** Every value that some reading gives it. */
  readonly values: readonly Value[];
}

const ABSENT: Parameter = { times: 0, spellings: 0, values: [] };

/**
 * Every reading of one parameter of a query, and of the `;name=value` of a path; undefined where there are too many.
 *
 * How often it stands there is asked of the query as it is, split at `&` and at `&` and `;`. Its values also come
 * from where some upstream could find it after decoding or splitting the query once more.
 */
export function readParameter(query: string, matrix: string, name: string): Parameter | undefined {
  if (query === '' && matrix === '') return ABSENT;
  const folded = name.toLowerCase();
  if (matrix === '' && /^[\w.~\-=&]*$/.test(query)) return plainParameter(query, folded);
  const counts = [pairsOf(query, '&'), pairsOf(query, /[&;]/)].map((pairs) => count(pairs, folded));
  const inQuery = valuesOf(query, [/&/, /[&;]/, /[&;?]/], folded);
  const inPath = valuesOf(matrix, [/[&;?/]/], folded);
  if (inQuery === undefined || inPath === undefined || counts.includes(undefined)) return undefined;
  return {
    times: Math.max(...counts.map((found) => found?.times ?? 0)),
    spellings: Math.max(...counts.map((found) => found?.spellings ?? 0)),
    values: [...inQuery, ...inPath],
  };
}

/** Every value that the parameter has in some reading of a text, split in some way. */
function valuesOf(text: string, separators: readonly RegExp[], folded: string): Value[] | undefined {
  if (text === '') return [];
  const seeds = text.includes('+') ? [text, text.replaceAll('+', ' ')] : [text];
  return readText(seeds, '&;?=')?.flatMap((reading) =>
    separators.flatMap((separator) =>
      pairsOf(reading.text, separator)
        .filter(({ key }) => isSpelling(key, folded))
        .map(({ value }) => ({ text: value, reading })),
    ),
  );
}

/** The same for a query of which there is one reading only. */
function plainParameter(query: string, folded: string): Parameter {
  const pairs = pairsOf(query, '&').filter(({ key }) => isSpelling(key, folded));
  return {
    ...countSpellings(pairs.map(({ key }) => key)),
    values: pairs.map(({ value }) => ({ text: value, reading: { text: query, depth: 0 } })),
  };
}

function pairsOf(query: string, separator: string | RegExp): Pair[] {
  return query.split(separator).map((member) => {
    const equals = member.indexOf('=');
    return equals < 0
      ? { key: member, value: '' }
      : { key: member.slice(0, equals), value: member.slice(equals + 1) };
  });
}

function count(pairs: readonly Pair[], folded: string) {
  const keys: string[] = [];
  for (const { key } of pairs) {
    const readings = /[^\w.~-]/.test(key)
      ? readText([key.replaceAll('+', ' ')], '&')
      : [{ text: key, depth: 0 }];
    if (readings === undefined) return undefined;
    if (readings.some(({ text }) => isSpelling(text, folded))) keys.push(key);
  }
  return countSpellings(keys);
}

function countSpellings(keys: readonly string[]): { times: number; spellings: number } {
  const spellings = new Map<string, number>();
  for (const key of keys) spellings.set(key, (spellings.get(key) ?? 0) + 1);
  return { times: Math.max(0, ...spellings.values()), spellings: spellings.size };
}

/** True if a decoded key is the name in some case, with an index, a member or another end behind it. */
function isSpelling(key: string, folded: string): boolean {
  if (key.length < folded.length) return false;
  const texts = /^[\w.~-]*$/.test(key) ? [key.toLowerCase()] : [foldLiteral(key), ...fitLetters(key)];
  return texts.some((text) => {
    const bare = text.toLowerCase().replace(/^[ ?]+/, '');
    // PHP writes an underscore for what a variable's name cannot have.
    if (bare.replace(/[. [+]/g, '_') === folded.replace(/[. [+]/g, '_')) return true;
    return bare.startsWith(folded) && !/^[a-z0-9_-]/.test(bare.slice(folded.length));
  });
}
