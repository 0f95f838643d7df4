import { KEPT_SLASH, pointToBytes } from './bytes.ts';

/** A percent sign that starts no `%XX` and no `%uXXXX`. */
const BAD_PERCENT = /%(?![0-9a-f]{2}|u[0-9a-f]{4})/i;
const TRIPLET = /%(?:u([0-9a-f]{4})|([0-9a-f]{2}))/gi;
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
  return text.replace(TRIPLET, (_all, unit: string | undefined, byte: string | undefined) =>
    decoded(unit, byte),
  );
}

/** The same, but an encoded slash stays inside its segment, as where a path is split before it is decoded. */
export function decodeInSegments(text: string): string {
  return text.replace(TRIPLET, (_all, unit: string | undefined, byte: string | undefined) => {
    const bytes = decoded(unit, byte);
    return bytes === '/' ? KEPT_SLASH : bytes;
  });
}

function decoded(unit: string | undefined, byte: string | undefined): string {
  if (byte !== undefined) return String.fromCharCode(parseInt(byte, 16));
  const point = parseInt(unit ?? '', 16);
  // U+FFFF stands for a kept slash here, and is no character anywhere.
  return pointToBytes(point === 0xffff ? 0xfffd : point);
}
