import { createHash } from 'node:crypto';
import { csvCell } from '../../range-list/note.ts';
import type { Format, Report, Row } from './report.ts';

/** Writes a report, a page of rows at a time. */
export async function* writeReport(report: Report, format: Format): AsyncGenerator<string> {
  const { head, rows, tail } = writers[format](report);
  yield head;
  let before = 0;
  for await (const page of report.pages) {
    yield rows(page, before);
    before += page.length;
  }
  yield tail(before);
}

interface Writer {
  readonly head: string;
  rows(page: readonly Row[], before: number): string;
  tail(count: number): string;
}

const writers: Readonly<Record<Format, (report: Report) => Writer>> = { json, csv, html };

function json({ title, about, lacks }: Report): Writer {
  const head = JSON.stringify({ title, about: Object.fromEntries(about), lacks });
  return {
    head: `${head.slice(0, -1)},"rows":[`,
    rows: (page, before) =>
      page.map((row, at) => `${before + at > 0 ? ',' : ''}${JSON.stringify(row)}`).join('\n'),
    tail: (count) => `],"count":${String(count)}}\n`,
  };
}

/** What is lacking stands at the end, in the first column: a table alone must not look complete. */
function csv({ columns, lacks }: Report): Writer {
  const line = (row: Row): string => `${columns.map(([name]) => csvCell(row[name])).join(',')}\n`;
  return {
    head: `${columns.map(([name]) => name).join(',')}\n`,
    rows: (page) => page.map(line).join(''),
    tail: () => lacks.map((sentence) => `${csvCell(sentence)}\n`).join(''),
  };
}

const style = `body{font:11pt/1.4 system-ui,sans-serif;margin:2rem;color:#111;background:#fff}
h1{font-size:16pt}dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dt{color:#555}dd{margin:0}
table{border-collapse:collapse;width:100%;font-size:9pt}th,td{border:1px solid #999;padding:.2rem .4rem;text-align:left;
vertical-align:top;overflow-wrap:anywhere}thead{display:table-header-group}tr{break-inside:avoid}
.lacks{border:2px solid #a00;padding:.3rem 1rem}@page{size:landscape;margin:12mm}@media print{body{margin:0}}`;

/** The page's own style and nothing else: no script, nothing from elsewhere, in no frame. */
export const pagePolicy = [
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
].join('; ');

function html({ title, about, columns, lacks }: Report): Writer {
  const list = about.map(([label, text]) => `<dt>${escaped(label)}</dt><dd>${escaped(text)}</dd>`).join('');
  const missing = lacks.map((sentence) => `<li>${escaped(sentence)}</li>`).join('');
  const heads = columns.map(([, label]) => `<th scope="col">${escaped(label)}</th>`).join('');
  const cells = (row: Row): string =>
    columns.map(([name]) => `<td>${escaped(String(row[name] ?? ''))}</td>`).join('');
  return {
    head: `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title><style>${style}</style></head><body>
<h1>${escaped(title)}</h1><dl>${list}</dl>
${missing === '' ? '' : `<div class="lacks"><p>What this report lacks:</p><ul>${missing}</ul></div>`}
<table><thead><tr>${heads}</tr></thead><tbody>
`,
    rows: (page) => page.map((row) => `<tr>${cells(row)}</tr>\n`).join(''),
    tail: (count) => `</tbody></table><p>Entries: ${String(count)}</p></body></html>\n`,
  };
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => `&#${String(mark.charCodeAt(0))};`);
}
