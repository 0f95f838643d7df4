const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

const fromCode = (code: number): string => (code <= 0x10ffff ? String.fromCodePoint(code) : '');

/** HTML's references to characters, resolved. */
export function withoutEntities(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w{2,6}));/gi,
    (whole, hex?: string, digits?: string, name?: string) => {
      if (hex !== undefined) return fromCode(Number.parseInt(hex, 16));
      if (digits !== undefined) return fromCode(Number(digits));
      return ENTITIES[(name ?? '').toLowerCase()] ?? whole;
    },
  );
}

/** JSON's and JavaScript's escapes, resolved. */
export function withoutEscapes(text: string): string {
  return text
    .replace(/\\u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/\\[nrt]/g, ' ')
    .replace(/\\(["'/\\])/g, '$1');
}

function folded(text: string): string {
  return text.normalize('NFC').replace(/\s+/g, ' ').trim().toLowerCase();
}

/** True where a page, JSON or text has the phrase, however its characters are written and marked up. */
export function hasPhrase(text: string, phrase: string): boolean {
  const wanted = folded(phrase);
  const plain = withoutEntities(withoutEscapes(text));
  return [text, plain, withoutEntities(withoutEscapes(text).replace(/<[^<>]*>/g, ''))].some((one) =>
    folded(one).includes(wanted),
  );
}
