import { KEPT_SLASH, pointToBytes } from './bytes.ts';

/** A percent sign that starts no `%XX` and no `%uXXXX`. */
const BAD_PERCENT = /%(?![0-9a-f]{2}|u[0-9a-f]{4})/i;
const HAS_TRIPLET = /%(?:u[0-9a-f]{4}|[0-9a-f]{2})/i;

/** True if the text has a percent sign that encodes nothing. */
export function hasBadPercent(text: string): boolean {
  return text.includes('%') && BAD_PERCENT.test(text);
}

/** True if there is something to decode. */
export function isEncoded(text: string): boolean {
  return text.includes('%') && HAS_TRIPLET.test(text);
}

/** Decodes every `%XX` to its byte and every `%uXXXX` to the bytes of its character, once. */
export function decodeOnce(text: string): string {
  return decode(text, '/');
}

/** The same, but an encoded slash stays inside its segment, as where a path is split before it is decoded. */
export function decodeInSegments(text: string): string {
  return decode(text, KEPT_SLASH);
}

const LOWER_U = 0x75;
const SLASH_CODE = 0x2f;

/** By hand: this runs over every hostile text, and a callback for each triplet costs five times as much. */
function decode(text: string, slash: string): string {
  let out = '';
  let copied = 0;
  for (let at = text.indexOf('%'); at >= 0; at = text.indexOf('%', at)) {
    const long = (text.charCodeAt(at + 1) | 0x20) === LOWER_U;
    const value = long ? hexAt(text, at + 2, 4) : hexAt(text, at + 1, 2);
    if (value < 0) {
      at++;
      continue;
    }
    if (at > copied) out += text.slice(copied, at);
    if (value === SLASH_CODE) out += slash;
    // U+FFFF stands for a kept slash here, and is no character anywhere.
    else out += long ? pointToBytes(value === 0xffff ? 0xfffd : value) : String.fromCharCode(value);
    at += long ? 6 : 3;
    copied = at;
  }
  return copied === 0 ? text : out + text.slice(copied);
}

/** The value of some hexadecimal digits; -1 where they are none. */
function hexAt(text: string, from: number, digits: number): number {
  let value = 0;
  for (let at = from; at < from + digits; at++) {
    const code = text.charCodeAt(at);
    const lower = code | 0x20;
    // The order asks for digits first; past the end the code is NaN, and NaN is in no interval.
    if (code >= 0x30 && code <= 0x39) value = value * 16 + code - 0x30;
    else if (lower >= 0x61 && lower <= 0x66) value = value * 16 + lower - 0x57;
    else return -1;
  }
  return value;
}
