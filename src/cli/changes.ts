import type { ApiAnswer } from '../admin/answers.ts';
import { localTime } from './activity/event-text.ts';
import { timeFlags, timeQuery } from './activity/filters.ts';
import { answers } from './answers.ts';
import { gatewayFlags } from './command.ts';
import type { Command } from './command.ts';
import { findGateway } from './gateway.ts';
import { DONE, usage, writeJson } from './io.ts';
import { liveText } from './live-text.ts';
import { oneScope } from './scope.ts';
import { counted, table } from './table.ts';

type Change = ApiAnswer<'change'>;

/** What a change did, in short. */
function summaryOf({ before, after, addedCount, removedCount, reverts, scope }: Change): string {
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
    ...timeFlags,
    limit: { type: 'string', value: 'N', help: 'At most so many; else 50.' },
    ...gatewayFlags,
  },
  async run(given, io, command) {
    const scope = given.positionals.length === 0 ? undefined : oneScope(given.positionals);
    const query = timeQuery(given);
    query.set('limit', readLimit(given.text('limit')));
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

export const undo: Command = {
  name: 'undo',
  takes: 'REVISION',
  summary: 'Undo a change by a new one.',
  details:
    'REVISION is that of transcript-gateway changes. What was changed again since is refused, and named.',
  flags: gatewayFlags,
  async run(given, io, command) {
    const [revision, ...rest] = given.positionals;
    if (revision === undefined)
      throw usage('say which change: its revision, as transcript-gateway changes shows');
    if (rest.length > 0) throw usage(`unexpected argument "${rest.join(' ')}"`);
    if (!/^[1-9]\d{0,14}$/.test(revision)) throw usage(`"${revision}" is no revision`);
    const gateway = findGateway(given, io, Object.keys(command.flags));
    const path = `/changes/${revision}/revert`;
    const made = await gateway.call({ method: 'POST', path, body: {}, answer: answers.revert });
    if (given.has('json')) writeJson(io, made);
    else {
      const did = `${counted(made.added, 'range')} added, ${counted(made.removed, 'range')} removed`;
      io.stdout.write(`${made.scope}: change ${revision} is undone: ${did} (${liveText(made)})\n`);
    }
    return DONE;
  },
};
