import type { ApiAnswer } from '../admin/answers.ts';
import { answers } from './answers.ts';
import { summaryOf } from './changes.ts';
import { gatewayFlags } from './command.ts';
import type { Command, CommandArguments } from './command.ts';
import { dryRunFlag, forecastText } from './foresee.ts';
import { findGateway } from './gateway.ts';
import { DONE, usage, writeJson } from './io.ts';
import type { Io } from './io.ts';
import { liveText } from './live-text.ts';
import { scopeArgument } from './scope.ts';
import { counted, plainText } from './table.ts';
import { readPast } from './times.ts';
import { writeFlags, writeQuery } from './write-ways.ts';

/** One revision, as `transcript-gateway changes` shows it. */
function oneRevision([revision, ...rest]: readonly string[]): string {
  if (revision === undefined)
    throw usage('say which change: its revision, as transcript-gateway changes shows');
  if (rest.length > 0) throw usage(`unexpected argument "${rest.join(' ')}"`);
  return readRevision(revision, /^[1-9]\d{0,14}$/);
}

function readRevision(text: string, form: RegExp): string {
  if (!form.test(text)) throw usage(`"${text}" is no revision`);
  return text;
}

/** What a change would do, range by range, and whom it would have met. */
function tell(given: CommandArguments, io: Io, found: ApiAnswer<'comparison'>, heading: string): number {
  if (given.has('json')) {
    writeJson(io, found);
    return DONE;
  }
  const lines = [
    ...found.before.ranges.map((range) => `- ${range.start} - ${range.end}  ${range.note ?? ''}`),
    ...found.after.ranges.map((range) => `+ ${range.start} - ${range.end}  ${range.note ?? ''}`),
  ];
  const did = summaryOf(found);
  io.stdout.write(`${found.scope}: ${heading}: ${did === '' ? 'no difference' : did}\n`);
  for (const line of lines) io.stdout.write(`${plainText(line).trimEnd()}\n`);
  if (found.forecast !== undefined) io.stdout.write(forecastText(found.forecast));
  return DONE;
}

export const undo: Command = {
  name: 'undo',
  takes: 'REVISION',
  summary: 'Undo a change by a new one.',
  details:
    'REVISION is that of transcript-gateway changes. What was changed again since is refused, and named.',
  flags: { ...dryRunFlag, ...writeFlags, ...gatewayFlags },
  async run(given, io, command) {
    const revision = oneRevision(given.positionals);
    const gateway = findGateway(given, io, Object.keys(command.flags));
    const path = `/changes/${revision}/revert`;
    if (given.has('dry-run')) {
      const preview = { method: 'POST', path: `${path}/preview`, body: {} } as const;
      const found = await gateway.call({ ...preview, answer: answers.comparison });
      return tell(given, io, found, `undoing ${revision} would do, and nothing was changed`);
    }
    const call = { method: 'POST', path: `${path}${writeQuery(given)}`, body: {} } as const;
    const made = await gateway.call({ ...call, answer: answers.revert });
    if (given.has('json')) writeJson(io, made);
    else {
      const did = `${counted(made.added, 'range')} added, ${counted(made.removed, 'range')} removed`;
      io.stdout.write(`${made.scope}: change ${revision} is undone: ${did} (${liveText(made)})\n`);
    }
    return DONE;
  },
};

export const confirm: Command = {
  name: 'confirm',
  takes: 'REVISION',
  summary: 'Make a change on trial (--confirm-within) stay.',
  details: 'By who made it, and from where it was made: that shows that one still comes in from there.',
  flags: gatewayFlags,
  async run(given, io, command) {
    const revision = oneRevision(given.positionals);
    const gateway = findGateway(given, io, Object.keys(command.flags));
    const call = { method: 'POST', path: `/changes/${revision}/confirm`, body: {} } as const;
    const made = await gateway.call({ ...call, answer: answers.confirm });
    if (given.has('json')) writeJson(io, made);
    else io.stdout.write(`${made.scope}: change ${revision} stays (${liveText(made)})\n`);
    return DONE;
  },
};

export const compare: Command = {
  name: 'compare',
  takes: 'SCOPE REVISION REVISION',
  summary: 'Show what two revisions of a list differ in.',
  details: 'SCOPE is platform or bot:<id>. The earlier revision first; 0 is before all.',
  flags: gatewayFlags,
  async run(given, io, command) {
    const [scopeText, from, to, ...rest] = given.positionals;
    if (scopeText === undefined || from === undefined || to === undefined)
      throw usage('say which list, and which two revisions of it');
    if (rest.length > 0) throw usage(`unexpected argument "${rest.join(' ')}"`);
    const scope = scopeArgument(scopeText);
    const [old, next] = [from, to].map((text) => readRevision(text, /^\d{1,15}$/));
    const gateway = findGateway(given, io, Object.keys(command.flags));
    const path = `/whitelists/${encodeURIComponent(scope)}/compare?from=${String(old)}&to=${String(next)}`;
    const found = await gateway.call({ path, answer: answers.comparison });
    return tell(given, io, found, `from revision ${from} to ${to}`);
  },
};

export const restore: Command = {
  name: 'restore',
  takes: 'SCOPE',
  summary: 'Bring a list and its settings back to how they were at a time, as a new change.',
  details: 'SCOPE is platform or bot:<id>.',
  flags: {
    at: {
      type: 'string',
      value: 'WHEN',
      help: 'A time of the past: 7d, 12h, 18:00, 2030-01-31T18:00, or both.',
    },
    ...dryRunFlag,
    ...writeFlags,
    ...gatewayFlags,
  },
  async run(given, io, command) {
    const [scopeText, ...rest] = given.positionals;
    const when = given.text('at');
    if (scopeText === undefined || when === undefined) throw usage('say which list, and --at when');
    if (rest.length > 0) throw usage(`unexpected argument "${rest.join(' ')}"`);
    const scope = scopeArgument(scopeText);
    const at = readPast('at', when, Date.now());
    const gateway = findGateway(given, io, Object.keys(command.flags));
    const path = `/whitelists/${encodeURIComponent(scope)}/restore`;
    if (given.has('dry-run')) {
      const preview = { method: 'POST', path: `${path}/preview`, body: { at } } as const;
      const found = await gateway.call({ ...preview, answer: answers.comparison });
      return tell(given, io, found, `as it was at ${at} it would become, and nothing was changed`);
    }
    const call = { method: 'POST', path: `${path}${writeQuery(given)}`, body: { at } } as const;
    const made = await gateway.call({ ...call, answer: answers.restored });
    if (given.has('json')) writeJson(io, made);
    else {
      const did = `${counted(made.added, 'range')} added, ${counted(made.removed, 'range')} removed`;
      io.stdout.write(`${scope}: as it was at ${at}: ${did} (${liveText(made)})\n`);
    }
    return DONE;
  },
};
