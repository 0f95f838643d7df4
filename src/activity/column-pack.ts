import { deflateRawSync } from 'node:zlib';
import type { Cell } from './event.ts';

/**
 * A packed column: one byte that says how, then either a UUID of each row in 16 bytes, or, deflated, numbers of 32 bits
 * (`head`), whole numbers of 32 bits, lengths of texts in 16 bits, the places of the rows' values in 8 or 16, the texts,
 * and all other values as JSON. Numbers are of the byte order of the machine: files do not move.
 */
export const [DEFLATED, UUIDS] = [0, 1];
/** How rows tell their values: each its own, or by place. */
export const [PLAIN, BYTES, WORDS] = [0, 1, 2];
/** Kind, what whole numbers are divided by, how many of them, of texts, of rows, and bytes of texts. */
export const headLength = 6;
/** Ids hardly get smaller by more work. */
const level = 1;
const mostText = 0xffff;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A column as bytes; at most 65,536 rows. */
export function packColumn(cells: readonly Cell[]): Uint8Array {
  if (cells.every((cell) => typeof cell === 'string' && UUID.test(cell)))
    return Buffer.concat([Uint8Array.of(UUIDS), Buffer.from(cells.join('').replaceAll('-', ''), 'hex')]);
  const distinct = [...new Set(cells)];
  const scale = distinct.every((value) => typeof value !== 'number' || isWhole(value)) ? 1 : 100;
  const kinds = sorted(distinct, scale);
  const isOfOneKind = Object.values(kinds).filter(({ length }) => length > 0).length === 1;
  const isPlain = distinct.length * 2 > cells.length && isOfOneKind;
  const { whole, texts, others } = isPlain ? sorted(cells, scale) : kinds;
  if (!isPlain) whole.sort((a, b) => a - b);
  const kind = isPlain ? PLAIN : distinct.length <= 256 ? BYTES : WORDS;
  const text = Buffer.from(texts.join(''));
  const head = [kind ?? 0, scale, whole.length, texts.length, cells.length, text.length];
  const json = others.length === 0 ? '' : JSON.stringify(others);
  return Buffer.concat([
    Uint8Array.of(DEFLATED),
    deflateRawSync(
      Buffer.concat([
        bytesOf(Uint32Array.from([...head, ...whole.map((value) => Math.round(value * scale))])),
        bytesOf(Uint16Array.from(texts, (each) => Buffer.byteLength(each))),
        placesOf(kind, cells, [...whole, ...texts, ...others]),
        text,
        Buffer.from(json),
      ]),
      { level },
    ),
  ]);
}

function sorted(values: readonly Cell[], scale: number) {
  const kinds: { readonly whole: number[]; readonly texts: string[]; readonly others: Cell[] } = {
    whole: [],
    texts: [],
    others: [],
  };
  for (const value of values)
    if (typeof value === 'number' && isScaled(value, scale)) kinds.whole.push(value);
    else if (typeof value === 'string' && isShort(value)) kinds.texts.push(value);
    else kinds.others.push(value);
  return kinds;
}

function isWhole(value: number): boolean {
  return value >>> 0 === value;
}

function isScaled(value: number, scale: number): boolean {
  if (scale === 1) return isWhole(value);
  const whole = Math.round(value * scale);
  return isWhole(whole) && whole / scale === value;
}

/** Halves of surrogate pairs are lost in UTF-8: JSON keeps them. */
function isShort(text: string): boolean {
  return text.length * 3 <= mostText && !/\p{Surrogate}/u.test(text);
}

function placesOf(kind: number | undefined, cells: readonly Cell[], values: readonly Cell[]): Uint8Array {
  if (kind !== BYTES && kind !== WORDS) return new Uint8Array(0);
  const placeOf = new Map(values.map((value, place) => [value, place]));
  const places = kind === BYTES ? new Uint8Array(cells.length) : new Uint16Array(cells.length);
  cells.forEach((cell, row) => (places[row] = placeOf.get(cell) ?? 0));
  return bytesOf(places);
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint8Array | Uint16Array | Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
