/** What separates the columns of a heading: spreadsheets write commas, semicolons or tabs. */
export function separatorOf(heading: string): string {
  return [',', ';', '\t'].find((mark) => heading.includes(mark)) ?? ',';
}

/** Cells of one line of CSV (RFC 4180 without line breaks in cells). */
export function csvCells(line: string, separator = ','): string[] {
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const letter = line.charAt(at);
    if (quoted && letter === '"' && line.charAt(at + 1) === '"') {
      cell += '"';
      at += 1;
    } else if (letter === '"' && (quoted || cell === '')) quoted = !quoted;
    else if (letter === separator && !quoted) {
      cells.push(cell);
      cell = '';
    } else cell += letter;
  }
  return [...cells, cell];
}

/** One cell, quoted where it must be. A leading `=` and its like would run as a formula in a spreadsheet. */
export function csvCell(text: string): string {
  return /[",\r\n;\t]|^[=+\-@]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
