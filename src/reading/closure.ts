import { isEncoded } from './decoding.ts';

/** What some upstream could take a text for, and how many times it had to decode for it. */
export interface Reading {
  readonly text: string;
  readonly depth: number;
}

/** Says every text that one step of an upstream could make of one. */
export type Reshape = (text: string, add: (next: string) => void) => void;

/** Decodings that are read; a fourth is no plausible upstream's. */
export const MAX_DEPTH = 3;
/** Readings of one text past which nobody could say what it means. */
export const MAX_READINGS = 400;
/** Characters written while looking for readings: bounds the time that a hostile text can cost. */
export const MAX_WORK = 120_000;

/**
 * Every reading of a text: all that any order of any steps makes of it, with up to three decodings between.
 *
 * Undefined where there are too many: such a text is refused, not guessed.
 */
export function readingsOf(
  seeds: readonly string[],
  reshape: Reshape,
  decode: Reshape,
): Reading[] | undefined {
  const seen = new Set<string>();
  const readings: Reading[] = [];
  let work = 0;
  let depth = 0;
  const add = (text: string): void => {
    work += text.length;
    if (seen.has(text) || readings.length > MAX_READINGS || work > MAX_WORK) return;
    seen.add(text);
    readings.push({ text, depth });
  };
  seeds.forEach(add);
  for (let from = 0; depth <= MAX_DEPTH; depth++) {
    const level = from;
    for (; from < readings.length; from++) reshape(readings[from]?.text ?? '', add);
    if (depth === MAX_DEPTH) break;
    const encoded = readings.slice(level).filter(({ text }) => isEncoded(text));
    if (encoded.length === 0) break;
    depth++;
    for (const { text } of encoded) decode(text, add);
    depth--;
  }
  return readings.length > MAX_READINGS || work > MAX_WORK ? undefined : readings;
}
