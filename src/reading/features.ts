/** What a text has that some step could act on; a set of bits, so that one look at each character is enough. */
export const CONTROL = 1;
export const HIGH = 2;
export const BACKSLASH = 4;
export const SEMICOLON = 8;
export const QUESTION = 16;
export const SPACE = 32;
export const EMPTY_SEGMENT = 64;
export const LEADING_DOT = 128;
export const TRAILING_DOT = 256;
export const KEPT = 512;
export const DOT = 1024;
export const PARENTHESIS = 2048;
export const AMPERSAND = 4096;

/** Bits of the characters that count wherever they stand. */
const OF_CHARACTER: readonly number[] = Array.from({ length: 128 }, (_, code) => bitOf(code));

function bitOf(code: number): number {
  if (code < 0x20 || code === 0x7f) return CONTROL;
  switch (String.fromCharCode(code)) {
    case '\\':
      return BACKSLASH;
    case ';':
      return SEMICOLON;
    case '?':
    case '#':
      return QUESTION;
    case ' ':
      return SPACE;
    case '.':
      return DOT;
    case '(':
      return PARENTHESIS;
    case '&':
      return AMPERSAND;
    default:
      return 0;
  }
}

const SLASH_CODE = 0x2f;
const DOT_CODE = 0x2e;

/** The features of a path. */
export function featuresOf(text: string): number {
  let found = 0;
  let previous = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) found |= code === 0xffff ? KEPT : HIGH;
    else found |= OF_CHARACTER[code] ?? 0;
    if (previous === SLASH_CODE) {
      if (code === SLASH_CODE) found |= EMPTY_SEGMENT;
      else if (code === DOT_CODE) found |= LEADING_DOT;
    }
    if (code === SLASH_CODE) {
      if (previous === DOT_CODE && endsName(text, start, i)) found |= TRAILING_DOT;
      start = i + 1;
    }
    previous = code;
  }
  return previous === DOT_CODE && endsName(text, start, text.length) ? found | TRAILING_DOT : found;
}

/** True if a segment that ends with a dot is more than `.` or `..`. */
function endsName(text: string, start: number, end: number): boolean {
  return end - start > 2 || (end - start === 2 && text.charCodeAt(start) !== DOT_CODE);
}
