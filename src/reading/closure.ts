import { isEncoded } from './decoding.ts';

/** What some upstream could take a text for, and how many times it had to decode for it. */
export interface Reading {
  readonly text: string;
  readonly depth: number;
  /** True where every `&` in it is the query's. */
  readonly joined?: boolean;
}

/** Says every text that one step of an upstream could make of one. */
export type Reshape = (text: string, add: (next: string) => void) => void;

/** Decodings that are read; a fourth is no plausible upstream's. */
export const MAX_DEPTH = 3;
/** Readings of one text past which nobody could say what it means. */
export const MAX_READINGS = 256;

/** Characters written while looking for readings of a text: bounds the time that a hostile one can cost. */
export interface WorkLimit {
  readonly least: number;
  /** And so many for each character that came: what is long may cost more. */
  readonly each: number;
}

/** Whatever its length. */
const MAX_WORK = 48_000;

/**
 * Every reading of a text: all that any order of any steps makes of it, with up to three decodings between.
 *
 * Undefined where there are too many: such a text is refused, not guessed.
 */
export function readingsOf(
  seeds: readonly string[],
  reshape: Reshape,
  decode: Reshape,
  { least, each }: WorkLimit,
): Reading[] | undefined {
  const seen = new Set<string>();
  const readings: Reading[] = [];
  const longest = Math.max(0, ...seeds.map(({ length }) => length));
  const maxWork = Math.min(MAX_WORK, least + each * longest);
  let work = 0;
  let depth = 0;
  const addAt = (text: string, at: number): void => {
    work += text.length;
    if (work > maxWork || seen.has(text)) return;
    seen.add(text);
    readings.push({ text, depth: at });
  };
  const add = (text: string): void => addAt(text, depth);
  const addDeeper = (text: string): void => addAt(text, depth + 1);
  const tooMany = (): boolean => work > maxWork || readings.length > MAX_READINGS;
  seeds.forEach(add);
  for (let from = 0; ; depth++) {
    const level = from;
    for (; from < readings.length && !tooMany(); from++) reshape(readings[from]?.text ?? '', add);
    const encoded = depth < MAX_DEPTH ? readings.slice(level).filter(({ text }) => isEncoded(text)) : [];
    if (encoded.length === 0 || tooMany()) break;
    for (const { text } of encoded) decode(text, addDeeper);
  }
  return tooMany() ? undefined : readings;
}
