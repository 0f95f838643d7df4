import type { ApiAnswer } from '../admin/answers.ts';
import { localTime } from './activity/event-text.ts';
import { timeFlags, timeQuery } from './activity/filters.ts';
import { answers } from './answers.ts';
import { gatewayFlags } from './command.ts';
import type { Command, CommandArguments } from './command.ts';
import { findGateway } from './gateway.ts';
import { DONE, usage, writeJson } from './io.ts';
import type { Io } from './io.ts';
import { oneScope } from './scope.ts';
import { counted, table } from './table.ts';

/** What a change did, or would do. */
type Did = Pick<ApiAnswer<'change'>, 'before' | 'after' | 'addedCount' | 'removedCount' | 'scope'> &
  Partial<ApiAnswer<'change'>>;

/** What a change did, in short. */
export function summaryOf(did: Did): string {
  const { before, after, addedCount, removedCount, reverts, confirms, trialUntil, reason, scope } = did;
  const [old, now] = [before.settings, after.settings];
  const settings = Object.entries(now ?? {}).flatMap(([name, value]) => {
    const was = Object.entries(old ?? {}).find(([key]) => key === name)?.[1];
    return was === value ? [] : [`${name}: ${shown(was)} to ${shown(value)}`];
  });
  const word = scope === 'revocations' ? 'revocation' : 'range';
  return [
    ...(reverts === undefined ? [] : [`undoes ${String(reverts)}`]),
    ...settings,
    ...(addedCount > 0 ? [`${counted(addedCount, word)} added`] : []),
    ...(removedCount > 0 ? [`${counted(removedCount, word)} removed`] : []),
    ...(confirms === undefined ? [] : [`${String(confirms)} stays`]),
    ...(trialUntil === undefined ? [] : [`on trial until ${localTime(trialUntil)}`]),
    ...(reason === undefined ? [] : [`because: ${reason}`]),
  ].join(', ');
}

function shown(value: string | boolean | null | undefined): string {
  if (value === null || value === undefined) return 'inherited';
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : value;
}

function readLimit(text = '50'): string {
  if (!/^[1-9]\d{0,3}$/.test(text) || Number(text) > 1000) throw usage('--limit must be from 1 to 1000');
  return text;
}

export const changes: Command = {
  name: 'changes',
  takes: '[SCOPE]',
  summary: 'Show the change log: who changed what, when and from where, newest first.',
  details: 'SCOPE is platform or bot:<id>.',
  flags: {
    q: { type: 'string', value: 'TEXT', help: 'An address that a changed range touches, or a text.' },
    by: { type: 'string', value: 'TEXT', help: 'A part of who it was, or of where they came from.' },
    kind: { type: 'string', value: 'KIND', help: 'added, edited, deleted, switched, settings or undo.' },
    reads: {
      type: 'boolean',
      help: 'Who read what was decided, instead: of the record of decisions, as long as that is kept.',
    },
    ...timeFlags,
    limit: { type: 'string', value: 'N', help: 'At most so many; else 50.' },
    ...gatewayFlags,
  },
  async run(given, io, command) {
    const scope = given.positionals.length === 0 ? undefined : oneScope(given.positionals);
    const query = timeQuery(given);
    query.set('limit', readLimit(given.text('limit')));
    if (given.has('reads')) return reads(given, io, command, query);
    for (const name of ['q', 'by', 'kind']) {
      const value = given.text(name);
      if (value !== undefined) query.set(name, value);
    }
    if (scope !== undefined) query.set('scope', scope);
    const gateway = findGateway(given, io, Object.keys(command.flags));
    const page = await gateway.call({ path: `/changes?${query.toString()}`, answer: answers.changes });
    if (given.has('json')) writeJson(io, page);
    else {
      const heads = ['REVISION', 'WHEN', 'WHO', 'FROM', 'SCOPE', 'WHAT'];
      const rows = page.changes.map((change) => [
        ...[String(change.revision), localTime(change.at), change.by, change.from ?? '', change.scope],
        summaryOf(change),
      ]);
      if (rows.length > 0) io.stdout.write(table(heads, rows));
      io.stdout.write(
        `${counted(rows.length, 'change')}${page.next === undefined ? '' : ', and older ones'}\n`,
      );
    }
    return DONE;
  },
};

/** Who read what was decided; nothing else narrows it but when. */
async function reads(
  given: CommandArguments,
  io: Io,
  command: Command,
  query: URLSearchParams,
): Promise<number> {
  const other = ['q', 'by', 'kind'].find((name) => given.has(name));
  if (other !== undefined || given.positionals.length > 0)
    throw usage('--reads takes --from, --to and --limit');
  const gateway = findGateway(given, io, Object.keys(command.flags));
  const page = await gateway.call({ path: `/readings?${query.toString()}`, answer: answers.readings });
  if (given.has('json')) {
    writeJson(io, page);
    return DONE;
  }
  const rows = page.readings.map(({ at, by, from, what, of }) => [
    ...[localTime(at), by, from ?? '', what],
    Object.entries(of)
      .map(([name, value]) => `${name} ${String(value)}`)
      .join(', '),
  ]);
  if (rows.length > 0) io.stdout.write(table(['WHEN', 'WHO', 'FROM', 'READ', 'OF'], rows));
  io.stdout.write(`${counted(rows.length, 'reading')}${page.next === undefined ? '' : ', and older ones'}\n`);
  return DONE;
}
