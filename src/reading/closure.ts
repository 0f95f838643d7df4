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

/**
 * What may still be written while one target, or one form, is read, in characters of its readings: bounds the time
 * that a hostile one can cost. Each text that a step makes and that was not there before takes its length.
 */
export interface Work {
  left: number;
}

/** What is long may cost more. With it a target of 400 bytes costs under a millisecond; honest ones need a tenth. */
const WORK = { least: 3_900, each: 8, most: 48_000 };

export function workFor(length: number): Work {
  return { left: Math.min(WORK.most, Math.max(WORK.least, WORK.each * length)) };
}

/**
 * Every reading of a text: all that any order of any steps makes of it, with up to three decodings between.
 *
 * Undefined where there are too many: such a text is refused, not guessed.
 */
export function readingsOf(
  seeds: readonly string[],
  reshape: Reshape,
  decode: Reshape,
  work: Work,
): Reading[] | undefined {
  const seen = new Set<string>();
  const readings: Reading[] = [];
  let depth = 0;
  const addAt = (text: string, at: number): void => {
    if (work.left < 0 || seen.has(text)) return;
    work.left -= text.length;
    seen.add(text);
    readings.push({ text, depth: at });
  };
  const add = (text: string): void => addAt(text, depth);
  const addDeeper = (text: string): void => addAt(text, depth + 1);
  const tooMany = (): boolean => work.left < 0 || readings.length > MAX_READINGS;
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
