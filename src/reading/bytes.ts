/*
 * Texts in this room are byte strings: one character a byte, as HTTP delivers a target (latin1). So that a slash
 * which came percent-encoded can be distinguished from one that separates, KEPT_SLASH stands for it; it is no byte.
 */

/** An encoded slash that stays inside its segment. */
export const KEPT_SLASH = '\uffff';
const KEPT = 0xffff;

/** What stands at `at`: how many bytes, and the code point that they encode; undefined where they encode none. */
interface Unit {
  readonly length: number;
  readonly point: number | undefined;
}

const ONE_BAD: Unit = { length: 1, point: undefined };

/** Reads one unit of strict UTF-8. */
function unitAt(text: string, at: number): Unit {
  const lead = text.charCodeAt(at);
  if (lead < 0x80 || lead === KEPT) return { length: 1, point: lead };
  const length =
    lead >= 0xc2 && lead <= 0xdf ? 2 : (lead & 0xf0) === 0xe0 ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
  if (length === 0 || at + length > text.length) return ONE_BAD;
  let point = lead & (0x7f >> length);
  for (let i = 1; i < length; i++) {
    const next = text.charCodeAt(at + i);
    if ((next & ~0x3f) !== 0x80) return ONE_BAD;
    point = (point << 6) | (next & 0x3f);
  }
  const bad =
    (length === 3 && (point < 0x800 || (point >= 0xd800 && point <= 0xdfff))) ||
    (length === 4 && (point < 0x10000 || point > 0x10ffff));
  return bad ? ONE_BAD : { length, point };
}

/** Walks the units; `bad` says what stands for a byte that is not UTF-8. */
function mapUnits(text: string, good: (point: number) => string, bad: (byte: string) => string): string {
  let out = '';
  for (let at = 0; at < text.length;) {
    const { length, point } = unitAt(text, at);
    out += point === undefined ? bad(text.charAt(at)) : good(point);
    at += length;
  }
  return out;
}

/** The characters of a byte string; a byte that is not UTF-8 is read as latin1. */
export function toCharacters(bytes: string): string {
  return mapUnits(
    bytes,
    (point) => String.fromCodePoint(point),
    (byte) => byte,
  );
}

/** The byte string of characters, in UTF-8; a lone surrogate becomes its three bytes. */
export function toBytes(characters: string): string {
  let out = '';
  for (const character of characters) out += pointToBytes(character.codePointAt(0) ?? 0);
  return out;
}

/** The UTF-8 bytes of one code point. */
export function pointToBytes(point: number): string {
  if (point < 0x80 || point === KEPT) return String.fromCharCode(point);
  if (point < 0x800) return String.fromCharCode(0xc0 | (point >> 6), 0x80 | (point & 0x3f));
  const low = [0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f)];
  if (point < 0x10000) return String.fromCharCode(0xe0 | (point >> 12), ...low);
  return String.fromCharCode(0xf0 | (point >> 18), 0x80 | ((point >> 12) & 0x3f), ...low);
}

/** Without the bytes that are not UTF-8, as decoders do that ignore errors. */
export function dropInvalid(bytes: string): string {
  return mapUnits(bytes, pointToBytes, () => '');
}

/** Index of the first byte that is not UTF-8, -1 where all are: some decoders stop there. */
export function firstInvalid(bytes: string): number {
  for (let at = 0; at < bytes.length;) {
    const { length, point } = unitAt(bytes, at);
    if (point === undefined) return at;
    at += length;
  }
  return -1;
}

/** True if all of it is UTF-8. */
export function isValid(bytes: string): boolean {
  return firstInvalid(bytes) < 0;
}

/** Lead bytes whose own bits are all zero (or, 0xc1, but one): what overlong ASCII starts with → how many bytes. */
const OVERLONG: ReadonlyMap<number, number> = new Map([
  [0xc0, 2],
  [0xc1, 2],
  [0xe0, 3],
  [0xf0, 4],
  [0xf8, 5],
  [0xfc, 6],
]);

/** ASCII written in too many bytes becomes ASCII, as careless decoders read it (they mask and never check). */
export function readOverlong(bytes: string): string {
  let out = '';
  for (let at = 0; at < bytes.length;) {
    const ascii = overlongAt(bytes, at);
    out += ascii === undefined ? bytes.charAt(at) : String.fromCharCode(ascii.point);
    at += ascii?.length ?? 1;
  }
  return out;
}

function overlongAt(bytes: string, at: number): { length: number; point: number } | undefined {
  const lead = bytes.charCodeAt(at);
  const length = OVERLONG.get(lead);
  if (length === undefined || at + length > bytes.length) return undefined;
  let point = lead & 1;
  for (let i = 1; i < length; i++) {
    const next = bytes.charCodeAt(at + i);
    if (next === KEPT) return undefined;
    point = (point << 6) | (next & 0x3f);
  }
  return point < 0x80 ? { length, point } : undefined;
}

/** Every lead byte takes as many bytes as it asks for, whatever they are: a slash among them is gone. */
export function readCareless(bytes: string): string {
  let out = '';
  for (let at = 0; at < bytes.length;) {
    const lead = bytes.charCodeAt(at);
    const length =
      lead < 0xc0 || lead === KEPT
        ? 1
        : lead < 0xe0
          ? 2
          : lead < 0xf0
            ? 3
            : lead < 0xf8
              ? 4
              : lead < 0xfc
                ? 5
                : 6;
    let point = length === 1 ? lead : lead & (0x7f >> length);
    for (let i = 1; i < length; i++) point = point * 64 + (bytes.charCodeAt(at + i) & 0x3f);
    if (length === 1) out += bytes.charAt(at);
    else if (point <= 0x10ffff) out += pointToBytes(point === KEPT ? 0xfffd : point);
    at += length;
  }
  return out;
}
