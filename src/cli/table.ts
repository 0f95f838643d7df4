/** Controls and marks that move the cursor or turn text around: a note must not draw on a terminal. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Text from outside as a terminal may have it. */
export function plainText(text: string): string {
  return text.replace(UNPRINTABLE, '\ufffd');
}

/** Columns as wide as their longest cell; the last one is not padded. Empty columns are left out. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const used = heads.map((_, column) => rows.some((row) => (row[column] ?? '') !== ''));
  const lines = [heads, ...rows].map((row) =>
    row.filter((_, column) => used[column] === true).map(plainText),
  );
  const widths: number[] = [];
  for (const line of lines) {
    line.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell.length)));
  }
  const text = lines.map((line) =>
    line
      .map((cell, column) => (column === line.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  return `${text.join('\n')}\n`;
}

/** `1 range`, `2 ranges`, `12,000 ranges`. */
export function counted(count: number, word: string): string {
  return `${count.toLocaleString('en-US')} ${word}${count === 1 ? '' : 's'}`;
}
