import { parseRangeLine } from '../../policy/range-text.ts';
import { answers } from '../answers.ts';
import { gatewayFlags } from '../command.ts';
import type { Command } from '../command.ts';
import { dryRunFlag, foresee } from '../foresee.ts';
import type { GatewayClient } from '../gateway.ts';
import { findGateway } from '../gateway.ts';
import { CommandError, DONE, FAILED, usage, writeJson } from '../io.ts';
import { liveText } from '../live-text.ts';
import { scopeArgument } from '../scope.ts';
import { writeFlags, writeQuery } from '../write-ways.ts';
import { eachRange } from './list.ts';

/** The id of the range with exactly these ends. */
async function idOf(gateway: GatewayClient, scope: string, words: readonly string[]): Promise<string> {
  const [first = '', second] = words;
  if (second === undefined && /^[0-9a-f]{16}$/.test(first)) return first;
  const read = parseRangeLine(second === undefined ? first : `${first} - ${second}`);
  if (!read.ok || read.range === undefined) throw usage(read.ok ? 'say which range' : read.message);
  const { start, end } = read.range;
  for await (const range of eachRange(gateway, scope, start)) {
    if (range.start === start && range.end === end) return range.id;
  }
  throw new CommandError(FAILED, `${scope} has no range from ${start} to ${end}`);
}

export const rangesRemove: Command = {
  name: 'ranges remove',
  takes: 'SCOPE ID | SCOPE START [END]',
  summary: 'Remove a range, by its id or by its exact ends.',
  details: 'SCOPE is platform or bot:<id>. START alone may be an address, a network or "A - B".',
  flags: { ...dryRunFlag, ...writeFlags, ...gatewayFlags },
  async run(given, io, command) {
    const [scopeText, ...words] = given.positionals;
    if (scopeText === undefined) throw usage('say for which scope: platform or bot:<id>');
    if (words.length === 0) throw usage('say which range: its id, or START and END');
    if (words.length > 2) throw usage(`unexpected argument "${words.slice(2).join(' ')}"`);
    const scope = scopeArgument(scopeText);
    const gateway = findGateway(given, io, Object.keys(command.flags));
    const id = await idOf(gateway, scope, words);
    if (given.has('dry-run')) return foresee({ gateway, given, io }, scope, { remove: [id] });
    const made = await gateway.call({
      method: 'DELETE',
      path: `/whitelists/${encodeURIComponent(scope)}/ranges/${encodeURIComponent(id)}${writeQuery(given)}`,
      answer: answers.range,
    });
    if (given.has('json')) writeJson(io, made);
    else io.stdout.write(`${scope}: removed ${made.start} - ${made.end}, ${id} (${liveText(made)})\n`);
    return DONE;
  },
};
