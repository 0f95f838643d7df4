import { answers, expectAnswer } from '../answers.ts';
import type { EventAnswer } from '../answers.ts';
import { gatewayFlags } from '../command.ts';
import type { Command } from '../command.ts';
import { findGateway } from '../gateway.ts';
import { CommandError, FAILED, usage } from '../io.ts';
import { eventText } from './event-text.ts';
import { filterFlags, filterQuery } from './filters.ts';

/** One message of server-sent events. */
interface Message {
  readonly event: string;
  readonly data: string;
}

/** Takes a stream of server-sent events apart (HTML, section 9.2.6), as far as the gateway writes them. */
export async function* messagesOf(texts: AsyncIterable<string>): AsyncGenerator<Message> {
  let rest = '';
  for await (const text of texts) {
    const blocks = (rest + text).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map((line): [string, string] => {
          const [name = '', ...value] = line.split(': ');
          return [name, value.join(': ')];
        }),
      );
      const data = fields.get('data');
      if (data !== undefined) yield { event: fields.get('event') ?? 'message', data };
    }
  }
}

function readLast(text = '10'): number {
  if (!/^\d{1,3}$/.test(text) || Number(text) > 200) throw usage('--last must be a number from 0 to 200');
  return Number(text);
}

export const tail: Command = {
  name: 'tail',
  takes: '',
  summary: 'Show decisions as they come: the last ones first, then on until it is stopped.',
  details: 'Of the gateway that answers at --url. With --json each is a line of JSON.',
  flags: {
    ...filterFlags,
    last: { type: 'string', value: 'N', help: 'Begin with so many that are recorded already; else 10.' },
    ...gatewayFlags,
  },
  async run(given, io, command) {
    if (given.positionals.length > 0) throw usage(`unexpected argument "${given.positionals.join(' ')}"`);
    const last = readLast(given.text('last'));
    const query = filterQuery(given);
    const gateway = findGateway(given, io, Object.keys(command.flags));
    const show = (event: EventAnswer): unknown =>
      io.stdout.write(`${given.has('json') ? JSON.stringify(event) : eventText(event)}\n`);
    // Listened to first, so that nothing is missed between the two; what comes twice is shown once.
    const messages = messagesOf(gateway.stream(`/activity/stream?${query.toString()}`));
    const first = messages.next();
    // What it fails with is told where it is waited for.
    first.catch(() => undefined);
    const shown = new Set<string>();
    if (last > 0) {
      const path = `/activity?${new URLSearchParams([...query, ['limit', String(last)]]).toString()}`;
      const { events } = await gateway.call({ path, answer: answers.activity });
      for (const event of events.reverse()) {
        shown.add(event.requestId);
        show(event);
      }
    }
    for (let one = await first; one.done !== true; one = await messages.next()) {
      const { event, data } = one.value;
      const value: unknown = JSON.parse(data);
      if (event === 'message') {
        const found = expectAnswer(answers.event, value);
        if (!shown.delete(found.requestId)) show(found);
      } else if (event === 'skipped') {
        io.stderr.write(`too many at once: ${textOf(value, 'count')} left out\n`);
      } else if (event === 'end') {
        throw new CommandError(FAILED, `the gateway ended it: ${textOf(value, 'reason')}`);
      }
    }
    throw new CommandError(FAILED, 'the gateway ended it');
  },
};

function textOf(value: unknown, member: string): string {
  if (typeof value !== 'object' || value === null) return '';
  return String(Object.entries(value).find(([name]) => name === member)?.[1] ?? '');
}
