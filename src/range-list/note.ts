/** Where a spreadsheet could see a cell begin that it takes for a formula: also after a `;`, as some are set to read. */
const FORMULA = /(^|;)(?=[\s'"]*[=+\-@\uff1d\uff0b\uff0d\uff20])/g;
const ESCAPED = /(^|;)'(?=[\s'"]*[=+\-@\uff1d\uff0b\uff0d\uff20])/g;

/** A note as a cell of CSV: always quoted, and with an apostrophe before what would run as a formula. */
export function noteCell(note: string): string {
  return note === '' ? '' : `"${note.replace(FORMULA, "$1'").replaceAll('"', '""')}"`;
}

/** The note that such a cell holds. */
export function noteOf(cell: string): string {
  return cell.replace(ESCAPED, '$1');
}

/** A value as a cell of CSV; text that comes from outside never runs as a formula. */
export function csvCell(value: string | number | boolean | undefined): string {
  return typeof value === 'string' ? noteCell(value) : String(value ?? '');
}
