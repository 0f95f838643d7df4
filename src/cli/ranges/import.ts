import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readRangeList } from '../../range-list/list.ts';
import type { Format, Item, RangeList } from '../../range-list/list.ts';
import { answers } from '../answers.ts';
import type { Imported, ApiProblem } from '../answers.ts';
import { gatewayFlags } from '../command.ts';
import type { Command, CommandArguments } from '../command.ts';
import { dryRunFlag, forecastText } from '../foresee.ts';
import { ApiRefusal, findGateway } from '../gateway.ts';
import type { GatewayClient } from '../gateway.ts';
import { CommandError, DONE, FAILED, usage, writeJson } from '../io.ts';
import type { Io } from '../io.ts';
import { liveText } from '../live-text.ts';
import { createProgress } from '../progress.ts';
import { createFlag, requireKnown } from '../known-scope.ts';
import { oneScope } from '../scope.ts';
import { counted, plainText } from '../table.ts';
import { readFormat } from './export.ts';
import { writeFlags, writeQuery } from '../write-ways.ts';

type BadLine = Pick<Extract<Item, { ok: false }>, 'line' | 'message'>;

/** A list that was read whole. */
interface RangeFile extends Pick<RangeList, 'unit'> {
  readonly entries: readonly Extract<Item, { ok: true }>[];
  readonly bad: readonly BadLine[];
}

function readRangeFile(text: string, format: Format | undefined): RangeFile {
  const { unit, items } = readRangeList(text, Date.now(), format);
  const entries: Extract<Item, { ok: true }>[] = [];
  const bad: BadLine[] = [];
  for (const item of items) {
    if (item.ok) entries.push(item);
    else bad.push(item);
  }
  return { entries, bad, unit };
}

/** How many bad lines are shown to people; JSON has them all. */
const SHOWN = 100;

async function textOf(file: string, io: Io): Promise<string> {
  if (file === '-') {
    const parts: Buffer[] = [];
    for await (const part of io.stdin) parts.push(Buffer.from(part));
    return Buffer.concat(parts).toString('utf8');
  }
  try {
    return readFileSync(resolve(io.cwd, file), 'utf8');
  } catch (error) {
    throw usage(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function refuse(bad: readonly BadLine[], unit: string, given: CommandArguments, io: Io): number {
  if (given.has('json')) {
    writeJson(io, { ok: false, errors: bad.map(({ line, message }) => ({ [unit]: line, message })) });
    return FAILED;
  }
  for (const { line, message } of bad.slice(0, SHOWN))
    io.stderr.write(`${unit} ${line}: ${plainText(message)}\n`);
  if (bad.length > SHOWN) io.stderr.write(`… and ${bad.length - SHOWN} more\n`);
  const entries = bad.length === 1 ? '1 is' : `${bad.length.toLocaleString('en-US')} are`;
  io.stderr.write(`${entries} bad: nothing was imported\n`);
  return FAILED;
}

type Fault = NonNullable<ApiProblem['errors']>[number];

/** The gateway counts entries from 0; people count the lines of their file. */
function badOf(faults: readonly Fault[], { entries }: RangeFile): BadLine[] {
  return faults.flatMap(({ index, field, message }) => {
    const line = index === undefined ? undefined : entries[index]?.line;
    return line === undefined ? [] : [{ line, message: `${field} ${message}` }];
  });
}

function summary({ added, removed, updated = 0, present = 0 }: Imported): string {
  const parts = [`${counted(added, 'range')} added`];
  if (updated > 0) parts.push(`${updated.toLocaleString('en-US')} changed`);
  if (removed > 0) parts.push(`${removed.toLocaleString('en-US')} removed`);
  if (present > 0) parts.push(`${present.toLocaleString('en-US')} there already`);
  return parts.join(', ');
}

async function send(
  gateway: GatewayClient,
  scope: string,
  file: RangeFile,
  given: CommandArguments,
  io: Io,
): Promise<Imported> {
  const progress = createProgress(io.stderr);
  try {
    return await gateway.call({
      method: 'POST',
      path: `/whitelists/${encodeURIComponent(scope)}/import${writeQuery(given, given.has('dry-run') ? { dryRun: 'true', forecast: 'true' } : {})}`,
      body: {
        ranges: file.entries.map(({ range }) => range),
        ...(given.has('replace') ? { replace: true } : {}),
      },
      answer: answers.imported,
      progress: (sent) => progress.show(sent < 1 ? 'sending' : 'storing', sent),
    });
  } finally {
    progress.clear();
  }
}

async function importFile(
  scope: string,
  file: RangeFile,
  given: CommandArguments,
  io: Io,
  gateway: GatewayClient,
): Promise<number> {
  const made = await send(gateway, scope, file, given, io);
  const bad = badOf(made.errors ?? [], file);
  if (bad.length > 0) return refuse(bad, file.unit, given, io);
  const { live } = made;
  const receipt = live === undefined ? '; nothing was changed' : ` (${liveText({ ...made, live })})`;
  if (given.has('json')) writeJson(io, made);
  else {
    io.stdout.write(`${scope}: ${live === undefined ? 'it would be ' : ''}${summary(made)}${receipt}\n`);
    if (made.forecast !== undefined) io.stdout.write(forecastText(made.forecast));
  }
  return DONE;
}

export const rangesImport: Command = {
  name: 'ranges import',
  takes: 'SCOPE FILE',
  summary: 'Add all ranges of a file (lines, CSV or JSON), or none: every bad line is named by its number.',
  details: `SCOPE is platform or bot:<id>; FILE may be - for stdin.
Lines: an address, a network (203.0.113.0/24) or "A - B" each, with "# note". CSV: the columns start, end, note,
expiresAt, purpose, with or without that heading, separated by commas, semicolons or tabs; also called from, ip, cidr; to;
comment; expires, expiry. An empty end makes start what a line may be. JSON: a list of objects with these members, or
{"ranges": […]}. A column or member that is not known is refused by its name.`,
  flags: {
    ...dryRunFlag,
    ...writeFlags,
    replace: { type: 'boolean', help: 'Afterwards the list is exactly the file: remove what is not in it.' },
    format: {
      type: 'string',
      value: 'csv|json',
      help: "The format; else by FILE's ending, else by its content.",
    },
    ...createFlag,
    ...gatewayFlags,
  },
  async run(given, io, command) {
    const [scopeText, name, ...rest] = given.positionals;
    if (scopeText === undefined || name === undefined)
      throw usage('say for which scope, and from which file');
    if (rest.length > 0) throw usage(`unexpected argument "${rest.join(' ')}"`);
    const scope = oneScope([scopeText]);
    const gateway = findGateway(given, io, Object.keys(command.flags));
    const text = await textOf(name, io);
    const file = readRangeFile(text, readFormat(given.text('format'), name));
    if (file.bad.length > 0) return refuse(file.bad, file.unit, given, io);
    if (file.entries.length === 0 && !given.has('replace'))
      throw new CommandError(FAILED, `${name} holds no ranges`);
    await requireKnown(gateway, scope, given);
    try {
      return await importFile(scope, file, given, io, gateway);
    } catch (error) {
      const bad = badOf(error instanceof ApiRefusal ? (error.problem?.errors ?? []) : [], file);
      if (bad.length === 0) throw error;
      return refuse(bad, file.unit, given, io);
    }
  },
};
