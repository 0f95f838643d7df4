import { localTime } from './activity/event-text.ts';
import { answers } from './answers.ts';
import { gatewayFlags } from './command.ts';
import type { Command } from './command.ts';
import { findGateway } from './gateway.ts';
import { DONE, FAILED, usage, writeJson } from './io.ts';
import { counted, plainText, table } from './table.ts';

export const alerts: Command = {
  name: 'alerts',
  takes: '',
  summary: 'Show the newest alerts, and what became of them at each receiver.',
  flags: gatewayFlags,
  async run(given, io, command) {
    if (given.positionals.length > 0) throw usage(`unexpected argument "${given.positionals.join(' ')}"`);
    const gateway = findGateway(given, io, Object.keys(command.flags));
    const found = await gateway.call({ path: '/alerts', answer: answers.alerts });
    if (given.has('json')) {
      writeJson(io, found);
      return DONE;
    }
    const rows = found.alerts.map(({ at, kind, summary }) => [localTime(at), kind, summary]);
    const receivers = found.receivers.map((one) => [
      ...[one.receiver, String(one.delivered), String(one.waiting), String(one.dropped)],
      one.gone ? 'answered 410: told of nothing until a reload' : '',
    ]);
    if (rows.length > 0) io.stdout.write(table(['WHEN', 'KIND', 'WHAT'], rows));
    if (receivers.length > 0)
      io.stdout.write(table(['RECEIVER', 'DELIVERED', 'WAITING', 'DROPPED', ''], receivers));
    io.stdout.write(`${counted(rows.length, 'alert')}${found.configured ? '' : '; none are configured'}\n`);
    return DONE;
  },
};

export const alertsTest: Command = {
  name: 'alerts test',
  takes: '',
  summary: 'Send every receiver a test alert, and say what it answered.',
  details: 'Exit 1: a receiver did not take it, or there is none.',
  flags: gatewayFlags,
  async run(given, io, command) {
    if (given.positionals.length > 0) throw usage(`unexpected argument "${given.positionals.join(' ')}"`);
    const gateway = findGateway(given, io, Object.keys(command.flags));
    const call = { method: 'POST', path: '/alerts/test', body: {}, answer: answers.alertTest } as const;
    const { receivers } = await gateway.call(call);
    if (given.has('json')) writeJson(io, { receivers });
    for (const { receiver, ok, status, text, failed } of given.has('json') ? [] : receivers) {
      const answer = failed ?? `it answered ${String(status)}${text === undefined ? '' : `: ${text}`}`;
      io.stdout.write(`${receiver}: ${ok ? 'taken' : 'not taken'}, ${plainText(answer)}\n`);
    }
    if (receivers.length === 0 && !given.has('json'))
      io.stdout.write('there is no receiver: alerts.webhooks is empty\n');
    return receivers.length > 0 && receivers.every(({ ok }) => ok) ? DONE : FAILED;
  },
};
