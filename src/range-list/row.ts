/** One cell of a list; spaces around a text that is not quoted mean nothing. */
export interface Cell {
  readonly text: string;
  readonly quoted: boolean;
}

/** One row of a text, which quoted cells may spread over several lines. */
export interface Row {
  /** Of its first line, from 1. */
  readonly line: number;
  readonly cells: readonly Cell[];
  /** As it stands in the text. */
  readonly raw: string;
  /** Where the next one starts. */
  readonly next: number;
  /** True where a quote never ends. */
  readonly open: boolean;
}

const MARKS = [',', ';', '\t'] as const;

const isBreak = (letter: string): boolean => letter === '\n' || letter === '\r';

/** A line's part before its `# note`. */
export function beforeNote(line: string): string {
  const hash = line.indexOf('#');
  return hash < 0 ? line : line.slice(0, hash);
}

/** What separates the columns, by the first line that has any: spreadsheets write commas, semicolons or tabs. */
export function separatorOf(text: string): string {
  for (const [line] of text.matchAll(/[^\r\n]+/g)) {
    const plain = beforeNote(line)
      .trim()
      .replace(/"(?:[^"]|"")*"/g, '');
    const [most] = MARKS.map((mark) => ({ mark, count: plain.split(mark).length - 1 })).sort(
      (a, b) => b.count - a.count,
    );
    if (most !== undefined && most.count > 0) return most.mark;
  }
  return ',';
}

/** Reads rows as RFC 4180 has them; blank rows and lines that begin with `#` are left out. */
export function* readRows(text: string, separator: string): Generator<Row> {
  let line = 1;
  for (let at = 0; at < text.length;) {
    const row = readRow(text, at, line, separator);
    const blank = row.cells.every((cell) => cell.text.trim() === '');
    if (!blank && !row.raw.trimStart().startsWith('#')) yield row;
    line += row.raw.split(/\r\n|[\r\n]/).length;
    at = row.next;
  }
}

function readRow(text: string, start: number, line: number, separator: string): Row {
  const cells: Cell[] = [];
  // A line that is a note to its end may have any quotes.
  const isNote = /^[ \t]*#/.test(text.slice(start, start + 200));
  let at = start;
  let open = false;
  for (;;) {
    const cell =
      !isNote && text[at] === '"' ? readQuoted(text, at, separator) : readPlain(text, at, separator);
    cells.push(cell);
    open ||= cell.open;
    at = cell.end;
    if (text[at] !== separator || open) break;
    at += 1;
  }
  const next = text[at] === '\r' && text[at + 1] === '\n' ? at + 2 : at + 1;
  return { line, cells, raw: text.slice(start, at), next, open };
}

type ReadCell = Cell & { readonly end: number; readonly open: boolean };

function readPlain(text: string, start: number, separator: string): ReadCell {
  let end = start;
  for (; end < text.length; end += 1) {
    const letter = text.charAt(end);
    if (letter === separator || isBreak(letter)) break;
  }
  return { text: text.slice(start, end).trim(), quoted: false, end, open: false };
}

function readQuoted(text: string, start: number, separator: string): ReadCell {
  let end = start + 1;
  for (; end < text.length; end += 1) {
    if (text[end] !== '"') continue;
    if (text[end + 1] !== '"') break;
    end += 1;
  }
  const inside = text.slice(start + 1, end).replaceAll('""', '"');
  if (end >= text.length) return { text: inside, quoted: true, end, open: true };
  const rest = readPlain(text, end + 1, separator);
  return { text: inside + rest.text, quoted: true, end: rest.end, open: false };
}
