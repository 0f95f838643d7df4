import type * as Type from '../json-schema.ts';
import { answers } from './answers.ts';
import { gatewayFlags } from './command.ts';
import type { Command } from './command.ts';
import { findGateway } from './gateway.ts';
import { DONE, FAILED, usage, writeJson } from './io.ts';
import { counted, table } from './table.ts';

type Answer = Type.Static<(typeof answers)['unguarded']>;

function text({ since, gateways, partial, shapes, left, canaries, notSearched }: Answer): string {
  const found = canaries.map((one) => [
    one.canary,
    one.action,
    one.method,
    one.shape,
    `${one.count}`,
    one.lastAt,
  ]);
  const passed = shapes.map((one) => [
    one.method,
    one.shape,
    `${one.count}`,
    one.lastAt,
    one.open ? 'open route' : '',
  ]);
  const blind = Object.entries(notSearched).map(([why, count]) => `${String(count)} ${why}`);
  return [
    ...(found.length > 0
      ? [table(['CANARY', 'ACTION', 'METHOD', 'UNGUARDED URL', 'TIMES', 'LAST'], found)]
      : []),
    ...(passed.length > 0 ? [table(['METHOD', 'UNGUARDED URL', 'TIMES', 'LAST', ''], passed)] : []),
    `since ${since}, as seen by ${counted(gateways, 'gateway')}${partial ? ' (the others cannot be asked)' : ''}: ` +
      `${counted(shapes.length, 'kind')} of URL, ${counted(left, 'request')} of more; ` +
      `${counted(canaries.length, 'place')} with a canary\n`,
    ...(blind.length > 0 ? [`not searched for canaries: ${blind.join(', ')}\n`] : []),
  ].join('\n');
}

export const unguarded: Command = {
  name: 'unguarded',
  takes: '',
  summary: 'List what URLs look like that the gateway passed on unguarded, and canaries in them.',
  details: `Ids are folded, values are left out. Listed while everything is in mode report, or as listUnguarded says. What shows a
transcript there lacks a route. Exit 1: a canary was found.`,
  flags: gatewayFlags,
  async run(given, io, command) {
    if (given.positionals.length > 0) throw usage(`unexpected argument "${given.positionals.join(' ')}"`);
    const gateway = findGateway(given, io, Object.keys(command.flags));
    const answer = await gateway.call({ path: '/unguarded', answer: answers.unguarded });
    if (given.has('json')) writeJson(io, answer);
    else io.stdout.write(text(answer));
    return answer.canaries.length > 0 ? FAILED : DONE;
  },
};
