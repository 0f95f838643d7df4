/** One row of a CSV text, and the number of its first line, from 1. */
export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** What separates the columns: spreadsheets write commas, semicolons or tabs. */
function separatorOf(text: string): string {
  const heading = text.slice(0, Math.max(0, text.search(/[\r\n]|$/)));
  return [',', ';', '\t'].find((mark) => heading.includes(mark)) ?? ',';
}

/** Reads RFC 4180, quoted cells over several lines included. Blank lines and `#` lines are left out. */
export function* readCsv(text: string): Generator<CsvRow> {
  const separator = separatorOf(text);
  let line = 1;
  let from = 1;
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  const finish = function* (): Generator<CsvRow> {
    const row = [...cells, cell];
    if (row.some((one) => one.trim() !== '') && row[0]?.trimStart().startsWith('#') !== true)
      yield { line: from, cells: row };
    cells = [];
    cell = '';
  };
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charAt(at);
    const ends = letter === '\n' || (letter === '\r' && text.charAt(at + 1) !== '\n');
    if (ends) line += 1;
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (text.charAt(at + 1) === '"') cell += text.charAt((at += 1));
      else quoted = false;
    } else if (letter === '"' && cell === '') quoted = true;
    else if (letter === separator) cell = (cells.push(cell), '');
    else if (ends) {
      yield* finish();
      from = line;
    } else if (letter !== '\r') cell += letter;
  }
  yield* finish();
}

/** One cell, quoted where it must be. A leading `=` and its like would run as a formula in a spreadsheet. */
export function csvCell(text: string): string {
  return /[",;\r\n\t]|^[=+\-@]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
