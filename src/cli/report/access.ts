import { gatewayFlags } from '../command.ts';
import type { Command, CommandArguments } from '../command.ts';
import { findGateway } from '../gateway.ts';
import type { GatewayClient } from '../gateway.ts';
import { DONE, usage } from '../io.ts';
import type { Io } from '../io.ts';
import { openOutput } from '../output.ts';
import { timeFlags, timeQuery } from '../activity/filters.ts';

/** What a report may be of, with what the API calls it. */
const subjects = {
  conversation: 'conversation',
  contact: 'contact',
  subject: 'subject',
  bot: 'bot',
  range: 'rangeId',
} as const;

const formats = ['json', 'csv', 'html'];

export const formatFlags = {
  format: {
    type: 'string',
    value: 'csv|json|html',
    help: "Else by FILE's ending, else csv; html is to print.",
  },
} as const;

export function reportFormat(given: CommandArguments, file: string | undefined): string {
  if (given.has('json')) return 'json';
  const ending = /\.(csv|json|html)$/i.exec(file ?? '')?.[1]?.toLowerCase();
  const format = given.text('format') ?? ending ?? 'csv';
  if (!formats.includes(format)) throw usage('--format is csv, json or html');
  return format;
}

/** Writes a report as the gateway sends it: of any length, and with nothing lost on the way unseen. */
export async function writeReport(
  gateway: GatewayClient,
  path: string,
  file: string | undefined,
  io: Io,
): Promise<number> {
  const texts = gateway.stream(path);
  const first = await texts.next();
  const output = openOutput(file, io);
  try {
    for (let text = first; text.done !== true; text = await texts.next()) output.write(text.value);
  } finally {
    output.close();
  }
  if (file !== undefined && file !== '-') io.stderr.write(`wrote ${file}\n`);
  return DONE;
}

export const reportAccess: Command = {
  name: 'report access',
  takes: '[FILE]',
  summary: 'Write who was let see a conversation, or what a person, a contact, a bot or a range was let see.',
  details:
    'At least one of --conversation, --contact, --subject, --bot and --range. What the record lacks is named in it.\n--for-person is the form for the person who chatted: when, why and by whom of what kind, without names of staff.',
  flags: {
    conversation: { type: 'string', value: 'ID', help: 'Of a conversation.' },
    contact: { type: 'string', value: 'ID', help: 'Of a contact, as recorded.' },
    subject: { type: 'string', value: 'ID', help: 'Of a person who is signed in, as recorded.' },
    bot: { type: 'string', value: 'ID', help: 'Of a bot.' },
    range: { type: 'string', value: 'ID', help: 'Of a range.' },
    ...timeFlags,
    'for-person': { type: 'boolean', help: 'The form for the person concerned.' },
    ...formatFlags,
    ...gatewayFlags,
  },
  async run(given, io, command) {
    const [file, ...rest] = given.positionals;
    if (rest.length > 0) throw usage(`unexpected argument "${rest.join(' ')}"`);
    const query = timeQuery(given);
    for (const [flag, name] of Object.entries(subjects)) {
      const value = given.text(flag);
      if (value !== undefined) query.set(name, value);
    }
    const names = Object.values(subjects);
    if (!names.some((name) => query.has(name)))
      throw usage('say of what: --conversation, --contact, --subject, --bot or --range');
    if (given.has('for-person')) query.set('forPerson', 'true');
    query.set('format', reportFormat(given, file));
    const gateway = findGateway(given, io, Object.keys(command.flags));
    return writeReport(gateway, `/reports/access?${query.toString()}`, file, io);
  },
};
