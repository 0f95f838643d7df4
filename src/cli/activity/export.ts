import { closeSync, openSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { noteCell } from '../../range-list/note.ts';
import { answers } from '../answers.ts';
import type { EventAnswer } from '../answers.ts';
import { gatewayFlags } from '../command.ts';
import type { Command } from '../command.ts';
import { findGateway } from '../gateway.ts';
import type { GatewayClient } from '../gateway.ts';
import { CommandError, DONE, FAILED, usage } from '../io.ts';
import type { Io } from '../io.ts';
import { counted } from '../table.ts';
import { filterFlags, filterQuery, timeFlags } from './filters.ts';
import { gapText } from './gap-text.ts';

const { url, 'token-file': tokenFile } = gatewayFlags;

const columns = Object.keys(answers.event.properties) as (keyof EventAnswer)[];

/** A cell that no spreadsheet takes for a formula: what visitors send stands in it. */
export function csvCell(value: string | number | boolean | undefined): string {
  return typeof value === 'string' ? noteCell(value) : String(value ?? '');
}

const writers = {
  ndjson: { head: '', line: (event: EventAnswer) => JSON.stringify(event) },
  csv: {
    head: `${columns.join(',')}\n`,
    line: (event: EventAnswer) => columns.map((name) => csvCell(event[name])).join(','),
  },
} as const;
type Format = keyof typeof writers;

function readFormat(format: string | undefined, file: string | undefined): Format {
  const name = format ?? /\.(csv|ndjson)$/i.exec(file ?? '')?.[1]?.toLowerCase() ?? 'ndjson';
  if (name === 'csv' || name === 'ndjson') return name;
  throw usage('--format is ndjson or csv');
}

const PAGE = 1_000;

/** Every event that is asked for, newest first, a page at a time; the first page tells what is lacking. */
async function* pagesOf(gateway: GatewayClient, query: URLSearchParams) {
  let next: string | undefined;
  do {
    const asked = new URLSearchParams([...query, ['limit', String(PAGE)]]);
    if (next !== undefined) asked.set('after', next);
    const page = await gateway.call({ path: `/activity?${asked.toString()}`, answer: answers.activity });
    yield page;
    next = page.next;
  } while (next !== undefined);
}

/** Where it goes: each piece is written before the next page is asked for. */
function openOutput(file: string | undefined, io: Io): { write(text: string): void; close(): void } {
  if (file === undefined || file === '-')
    return { write: (text) => void io.stdout.write(text), close: () => undefined };
  try {
    const handle = openSync(resolve(io.cwd, file), 'w', 0o600);
    return { write: (text) => void writeSync(handle, text), close: () => closeSync(handle) };
  } catch (error) {
    throw new CommandError(FAILED, `${file} cannot be written: ${String(error)}`);
  }
}

export const activityExport: Command = {
  name: 'activity export',
  takes: '[FILE]',
  summary: 'Write what was decided to a file or to stdout, newest first.',
  details:
    "The format is that of FILE's ending, else ndjson: a line of JSON for each. What the record lacks is told on stderr.",
  flags: {
    ...timeFlags,
    ...filterFlags,
    format: { type: 'string', value: 'ndjson|csv', help: 'The format.' },
    json: { type: 'boolean', help: 'The same as --format ndjson.' },
    url,
    'token-file': tokenFile,
  },
  async run(given, io, command) {
    const [file, ...rest] = given.positionals;
    if (rest.length > 0) throw usage(`unexpected argument "${rest.join(' ')}"`);
    const { head, line } = writers[readFormat(given.has('json') ? 'ndjson' : given.text('format'), file)];
    const query = filterQuery(given);
    // What is decided meanwhile is not a part of it.
    if (!query.has('to')) query.set('to', new Date().toISOString());
    const gateway = findGateway(given, io, Object.keys(command.flags));
    const pages = pagesOf(gateway, query);
    const first = await pages.next();
    const output = openOutput(file, io);
    let count = 0;
    try {
      output.write(head);
      for (let page = first; page.done !== true; page = await pages.next()) {
        output.write(page.value.events.map((event) => `${line(event)}\n`).join(''));
        count += page.value.events.length;
      }
    } finally {
      output.close();
    }
    for (const gap of first.done === true ? [] : first.value.gaps) io.stderr.write(`${gapText(gap)}\n`);
    if (file !== undefined && file !== '-')
      io.stderr.write(`wrote ${counted(count, 'decision')} to ${file}\n`);
    return DONE;
  },
};
