import { toBytes, toCharacters } from './bytes.ts';

/** Characters that convert to a path's separators in some code page; full-width ones are in NFKC already. */
const SEPARATORS: ReadonlyMap<string, string> = new Map([
  ...pairs('\u2044\u2215\u29f8\u2571', '/'),
  ...pairs('\u2216\u29f5\u29f9\u2572', '\\'),
  ...pairs('\u3002\u00b7\u2219\u22c5', '.'),
  ...pairs('\u2010\u2011\u2012\u2013\u2014\u2015\u2212', '-'),
  ...pairs('\u066a', '%'),
  ...pairs('\u061b', ';'),
  ...pairs('\u061f', '?'),
  ...pairs('\u0085\u1680\u2028\u2029', ' '),
]);

/** Letters that code pages map to ASCII although they do not decompose to it. */
const LETTERS: ReadonlyMap<string, string> = new Map(
  [
    ...'\u0131i \u0142l \u0141L \u0111d \u0110D \u00f8o \u00d8O \u0127h \u0126H \u0167t \u0166T \u0180b \u0197I'.split(
      ' ',
    ),
    ...'\u019al \u01b6z \u0261g \u03b1a \u03b4d \u03b5e \u03c0p \u03c3s \u03c4t \u03c6f \u0393G \u0398T'.split(
      ' ',
    ),
    ...'\u03a3S \u03a6F \u03a9O \u04bbh \u0192f \u0189D \u01abt \u01aeT \u00f0d \u00d0D'.split(' '),
  ].map((pair) => [pair.charAt(0), pair.slice(1)]),
);

/** Invisible characters that converters drop. */
const IGNORABLE = /[\u00ad\u034f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]/g;
const NON_ASCII = /[^\x00-\x7f]/g;

function pairs(from: string, to: string): [string, string][] {
  return [...from].map((character) => [character, to]);
}

/** Bytes → NFKC, separators by best fit, invisible characters dropped → bytes. Letters keep their marks. */
export function foldForms(bytes: string): string {
  const characters = toCharacters(bytes).normalize('NFKC');
  return toBytes(
    characters
      .replace(IGNORABLE, '')
      .replace(NON_ASCII, (character) => SEPARATORS.get(character) ?? character),
  );
}

/** Bytes in which each character whose lower byte is a separator is cut to it, as UCS-2 written as latin1 is. */
export function foldLowBytes(bytes: string): string {
  const characters = toCharacters(bytes).replace(/[\u0100-\uffef]/g, (character) => {
    const low = String.fromCharCode(character.charCodeAt(0) & 0xff);
    return './\\;?#%\0'.includes(low) ? low : character;
  });
  return toBytes(characters);
}

/** What best-fit conversions of letters make of a text: for literals and bot ids, which are ASCII. */
export function fitLetters(bytes: string): string[] {
  if (!/[\x80-\uffff]/.test(bytes)) return [];
  const characters = toCharacters(bytes);
  const bare = characters.normalize('NFKD').replace(/\p{M}/gu, '');
  const fitted = bare
    .replace(IGNORABLE, '')
    .replace(NON_ASCII, (c) => LETTERS.get(c) ?? SEPARATORS.get(c) ?? c);
  const low = characters.replace(/[\u0100-\uffef]/g, (c) => String.fromCharCode(c.charCodeAt(0) & 0xff));
  return [fitted, low];
}
