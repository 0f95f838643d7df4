import type { ApiAnswer } from '../../admin/answers.ts';
import { answers } from '../answers.ts';
import { gatewayFlags } from '../command.ts';
import type { Command } from '../command.ts';
import { findGateway } from '../gateway.ts';
import { DONE, FAILED, usage, writeJson } from '../io.ts';
import type { Io } from '../io.ts';
import { plainText, table } from '../table.ts';
import { eventText, localTime } from './event-text.ts';

type Found = ApiAnswer<'lookup'>;

function writeRanges({ ranges, more }: Found, io: Io): void {
  if (ranges.length === 0) return;
  const heads = [
    'LIST',
    'ID',
    'START',
    'END',
    'COUNTS',
    'EXPIRES',
    'LAST USED',
    'USES',
    'BY',
    'PURPOSE',
    'NOTE',
  ];
  const rows = ranges.map((range) => [
    ...[range.scope, range.id, range.start, range.end],
    range.expired ? 'expired' : range.enabled ? 'yes' : 'list is off',
    ...[range.expiresAt ?? '', range.lastUsedAt === undefined ? '' : localTime(range.lastUsedAt)],
    ...[String(range.uses ?? ''), range.createdBy, range.purpose ?? '', range.note ?? ''],
  ]);
  io.stdout.write(`${table(heads, rows)}${more === true ? '… and more\n' : ''}\n`);
}

function writeDecisions({ decisions }: Found, io: Io): void {
  for (const { event, now } of decisions) {
    const by = event.rangeId === undefined ? '' : `, by range ${event.rangeId} of ${event.scope ?? ''}`;
    const whole = Object.entries(event).map(([name, value]) => [name, String(value)] as const);
    io.stdout.write(
      plainText(`Then: ${event.outcome} ${event.reason}, revision ${String(event.revision)}${by}`),
    );
    io.stdout.write(`\n${table(['FIELD', 'VALUE'], whole)}\n`);
    if (now === undefined) {
      io.stdout.write('Now: that cannot be told of this request.\n\n');
      continue;
    }
    const { outcome, reason } = now.decision;
    const steps = now.steps.map(({ step, result }) => [step, result]);
    io.stdout.write(`Now: ${outcome} ${reason}\n${table(['STEP', 'RESULT'], steps)}\n`);
  }
}

function writeSeen({ seen, bot }: Found, io: Io): void {
  if (bot !== undefined) {
    const { scope, enabled, ranges } = bot;
    io.stdout.write(`${scope}: its list is ${enabled ? 'on' : 'off'}, ranges ${String(ranges)}\n\n`);
  }
  for (const { as, value, events, more } of seen) {
    io.stdout.write(`${plainText(`As ${as} ${value}`)}${more === true ? ', the newest' : ''}:\n`);
    io.stdout.write(`${events.map((event) => `${eventText(event)}\n`).join('')}\n`);
  }
}

export const lookup: Command = {
  name: 'lookup',
  takes: 'TEXT',
  summary:
    'Find what a text names: an address, a request id or its start, a range, a person, a bot, a conversation.',
  details:
    'Of an address: every list that holds it, until when, and when it was last used. Of a request id: what was decided then, and what would be now. Exit 1: it names nothing.',
  flags: gatewayFlags,
  async run(given, io, command) {
    const [q, ...rest] = given.positionals;
    if (q === undefined) throw usage('say what to look up');
    if (rest.length > 0) throw usage(`unexpected argument "${rest.join(' ')}"`);
    const gateway = findGateway(given, io, Object.keys(command.flags));
    const path = `/lookup?${new URLSearchParams({ q }).toString()}`;
    const found = await gateway.call({ path, answer: answers.lookup });
    const { ranges, decisions, seen, bot } = found;
    const isEmpty = ranges.length + decisions.length + seen.length === 0 && bot === undefined;
    if (given.has('json')) writeJson(io, found);
    else {
      writeRanges(found, io);
      writeDecisions(found, io);
      writeSeen(found, io);
      if (isEmpty) io.stdout.write('Nothing of that name.\n');
    }
    return isEmpty ? FAILED : DONE;
  },
};
