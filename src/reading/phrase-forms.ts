/** Bytes of which one stands at a place, once or (`many`) once or more often; `optional`: or not at all. */
export interface Piece {
  readonly bytes: readonly number[];
  readonly many?: true;
  readonly optional?: true;
}

/** One way in which a character may be written. */
export type Form = readonly Piece[];

/** A part of a phrase: all its forms; `many`: one after another, in any number. */
export interface Part {
  readonly forms: readonly Form[];
  readonly many?: true;
}

const text = new TextEncoder();
const one = (byte: number): Piece => ({ bytes: [byte] });
const exactly = (ascii: string): Piece[] => [...text.encode(ascii)].map(one);
/** ASCII in either case. */
const anyCase = (ascii: string): Piece[] =>
  [...ascii].map((letter) => ({ bytes: [...text.encode(letter.toLowerCase() + letter.toUpperCase())] }));
/** Text that was escaped more than once has more of them. */
const backslashes: Piece = { bytes: [0x5c], many: true };
const zeros: Piece = { bytes: [0x30], many: true, optional: true };

/** Named references of HTML from U+00A0 to U+00FF, in order (HTML 4.01 section 24.2.1). */
const latin1Names =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml'.split(
    ' ',
  );
const otherNames: Readonly<Record<string, string>> = {
  ...{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' },
  ...{ '–': 'ndash', '—': 'mdash', '‘': 'lsquo', '’': 'rsquo', '“': 'ldquo', '”': 'rdquo', '„': 'bdquo' },
  ...{ '…': 'hellip', '€': 'euro', '™': 'trade', '•': 'bull' },
};

/** `&` of a reference, also where the page's source was escaped again. */
const ampersands: readonly Piece[][] = [exactly('&'), exactly('&amp;'), exactly('&amp;amp;')];

const hex = (code: number, width = 0): string => code.toString(16).padStart(width, '0');

function references(character: string, code: number): Form[] {
  const name = latin1Names[code - 0xa0] ?? otherNames[character];
  const bodies = [
    [...exactly('#'), zeros, ...exactly(`${code};`)],
    [...anyCase('#x'), zeros, ...anyCase(hex(code)), ...exactly(';')],
    ...(name === undefined ? [] : [exactly(`${name};`)]),
  ];
  return ampersands.flatMap((ampersand) => bodies.map((body) => [...ampersand, ...body]));
}

/** JSON's and JavaScript's (RFC 8259 section 7). */
function escapes(character: string, code: number): Form[] {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  const json = units.flatMap((unit) => [backslashes, ...exactly('u'), ...anyCase(hex(unit, 4))]);
  const short = code < 256 ? [[backslashes, ...exactly('x'), ...anyCase(hex(code, 2))]] : [];
  return [json, [backslashes, ...exactly('u{'), zeros, ...anyCase(hex(code)), ...exactly('}')], ...short];
}

/** Names of the encodings in which one byte is one character (Encoding Standard, section 9), as far as they are known here. */
const singleByte = [
  ...[2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16].map((part) => `iso-8859-${part}`),
  ...[874, 1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258].map((page) => `windows-${page}`),
  ...['koi8-r', 'koi8-u', 'ibm866', 'macintosh'],
];

let upperHalves: readonly string[] | undefined;

/** The bytes that stand for a character in some encoding of one byte. */
function singleBytes(character: string): number[] {
  upperHalves ??= singleByte.flatMap((label) => {
    try {
      return [new TextDecoder(label).decode(Uint8Array.from({ length: 128 }, (_, at) => at + 128))];
    } catch {
      return [];
    }
  });
  const places = upperHalves.map((half) => half.indexOf(character)).filter((at) => at >= 0);
  return [...new Set(places)].map((at) => at + 128);
}

function formsOf(character: string): Form[] {
  const code = character.codePointAt(0) ?? 0;
  const bytes = [...text.encode(character)];
  const percent = bytes.flatMap((byte) => anyCase(`%${hex(byte, 2)}`));
  const plain = bytes.map(one);
  const isLetter = /[\p{L}\p{N}]/u.test(character);
  const single = code < 128 ? [] : singleBytes(character);
  const shown = [plain, percent, ...references(character, code)];
  return [
    // What a script's text escapes by a backslash alone: \/ and \".
    ...(isLetter ? shown : shown.map((form) => [{ ...backslashes, optional: true as const }, ...form])),
    ...escapes(character, code),
    ...(single.length > 0 ? [[{ bytes: single }]] : []),
  ];
}

/** In either case, as far as it is one character in both. */
function casesOf(character: string): string[] {
  const cases = [character, character.toLowerCase(), character.toUpperCase()];
  return [...new Set(cases)].filter((one) => [...one].length === 1);
}

/** One character, also where its marks stand apart (Unicode normalisation form D). */
function partOf(character: string): Part {
  const forms = casesOf(character).flatMap((one) => {
    const marks = [...one.normalize('NFD')];
    const apart = marks.length > 1 ? product(marks.map((mark) => plainForms(mark))) : [];
    return [...formsOf(one), ...apart];
  });
  return { forms };
}

const plainForms = (mark: string): Form[] => [
  [...text.encode(mark)].map(one),
  ...escapes(mark, mark.codePointAt(0) ?? 0),
];

function product(lists: readonly (readonly Form[])[]): Form[] {
  return lists.reduce<Form[]>(
    (made, forms) => made.flatMap((form) => forms.map((next) => [...form, ...next])),
    [[]],
  );
}

const inTag: Piece = {
  bytes: Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => byte !== 0x3c && byte !== 0x3e),
  many: true,
};
/** What stands between two words: space in any form, and markup. */
const space: Part = {
  many: true,
  forms: [
    [{ bytes: [0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20, 0xa0] }],
    exactly('+'),
    [backslashes, { bytes: [...text.encode('nrt')] }],
    ...['\t', '\n', '\r', ' ', '\u00a0'].flatMap((one) => formsOf(one)),
    [...exactly('<'), inTag, ...exactly('>')],
    ...['u003c', 'u003C'].flatMap((open) =>
      ['u003e', 'u003E'].map((end) => [backslashes, ...exactly(open), inTag, backslashes, ...exactly(end)]),
    ),
    ...ampersands.map((ampersand) => [
      ...[...ampersand, ...exactly('lt;'), inTag],
      ...[...ampersand, ...exactly('gt;')],
    ]),
  ],
};

/**
 * The parts of a phrase with all the forms in which pages, JSON and texts write them: UTF-8, encodings of one byte a
 * character, escapes of JSON and JavaScript, references of HTML, percent-encoding; in either case, with any space and
 * any markup between two words. Not: UTF-16 and other encodings of two bytes, quoted-printable, Base64, markup inside
 * a word.
 */
export function phraseParts(phrase: string): readonly Part[] {
  const words = phrase.normalize('NFC').trim().split(/\s+/u);
  return words.flatMap((word, at) => [...(at === 0 ? [] : [space]), ...[...word].map(partOf)]);
}
