import type { ApiAnswer } from '../../admin/answers.ts';
import { answers } from '../answers.ts';
import { gatewayFlags } from '../command.ts';
import type { Command } from '../command.ts';
import { findGateway } from '../gateway.ts';
import { DONE, usage, writeJson } from '../io.ts';
import type { Io } from '../io.ts';
import { counted, table } from '../table.ts';
import { localTime, shortId } from './event-text.ts';
import { gapText } from './gap-text.ts';

type Refusals = ApiAnswer<'refusals'>;

const heads = [
  'ADDRESS',
  'BOT',
  'TIMES',
  'FIRST',
  'LAST',
  'REASON',
  'SIGNED IN AS',
  'REQUEST',
  'DISMISSED BY',
];

function write({ since, refusals, more, dismissedCount, gaps }: Refusals, io: Io): void {
  const rows = refusals.map(({ address, bot, count, first, last, newest, subjects, dismissed }) => [
    ...[
      newest.clientNetwork ?? address,
      bot,
      String(count),
      localTime(first),
      localTime(last),
      newest.reason,
    ],
    ...[subjects.join(', '), shortId(newest.requestId), dismissed?.by ?? ''],
  ]);
  if (rows.length > 0) io.stdout.write(table(heads, rows));
  io.stdout.write(
    `${counted(rows.length, 'place')}${more === true ? ' and more' : ''} since ${localTime(since)}; ` +
      `${String(dismissedCount)} dismissed\n`,
  );
  for (const gap of gaps) io.stderr.write(`${gapText(gap)}\n`);
}

export const refusals: Command = {
  name: 'refusals',
  takes: '',
  summary: 'List who was turned away and has not come in since, by address and bot.',
  details:
    'Left out are who would come in now, and what an admin dismissed: --dismissed lists that. To let somebody in, add a range.',
  flags: {
    bot: { type: 'string', value: 'ID', help: 'Only at this bot.' },
    address: {
      type: 'string',
      value: 'ADDRESS',
      help: 'An address, a network, or two addresses with a dash between.',
    },
    days: { type: 'string', value: 'N', help: 'So many back; else 30.' },
    dismissed: { type: 'boolean', help: 'Only what was dismissed.' },
    ...gatewayFlags,
  },
  async run(given, io, command) {
    if (given.positionals.length > 0) throw usage(`unexpected argument "${given.positionals.join(' ')}"`);
    const query = new URLSearchParams({ limit: '500' });
    for (const flag of ['bot', 'address', 'days'] as const) {
      const value = given.text(flag);
      if (value !== undefined) query.set(flag, value);
    }
    if (given.has('dismissed')) query.set('dismissed', 'true');
    const gateway = findGateway(given, io, Object.keys(command.flags));
    const found = await gateway.call({ path: `/refusals?${query.toString()}`, answer: answers.refusals });
    if (given.has('json')) writeJson(io, found);
    else write(found, io);
    return DONE;
  },
};
