import { answers } from './answers.ts';
import type { WhitelistAnswer } from './answers.ts';
import { gatewayFlags } from './command.ts';
import type { Command } from './command.ts';
import { dryRunFlag, foresee } from './foresee.ts';
import type { GatewayClient } from './gateway.ts';
import { findGateway } from './gateway.ts';
import { DONE, writeJson } from './io.ts';
import { liveText } from './live-text.ts';
import { createFlag, requireKnown } from './known-scope.ts';
import { oneScope } from './scope.ts';
import { writeFlags, writeQuery } from './write-ways.ts';
import { counted, table } from './table.ts';

const shown = (value: string | boolean | null): string =>
  value === null ? 'inherited' : typeof value === 'boolean' ? (value ? 'yes' : 'no') : value;

function row(list: WhitelistAnswer): string[] {
  const { scope, enabled, ranges, mode, whenOff, requireLogin, inheritPlatform } = list;
  const inherit = scope === 'platform' ? '' : shown(inheritPlatform);
  return [
    scope,
    enabled ? 'on' : 'off',
    String(ranges),
    shown(mode),
    shown(whenOff),
    shown(requireLogin),
    inherit,
  ];
}

/** Every whitelist, page by page; or the one of a scope. */
export async function whitelists(gateway: GatewayClient, scope?: string): Promise<WhitelistAnswer[]> {
  if (scope !== undefined) return [await whitelistOf(gateway, scope)];
  const found: WhitelistAnswer[] = [];
  let after: string | undefined;
  do {
    const query = new URLSearchParams({ limit: '1000' });
    if (after !== undefined) query.set('after', after);
    const page = await gateway.call({ path: `/whitelists?${query.toString()}`, answer: answers.whitelists });
    found.push(...page.whitelists);
    after = page.next;
  } while (after !== undefined);
  return found;
}

async function whitelistOf(gateway: GatewayClient, scope: string): Promise<WhitelistAnswer> {
  const path = `/whitelists/${encodeURIComponent(scope)}?limit=1`;
  const list = await gateway.call({ path, answer: answers.whitelist });
  const { enabled, mode, whenOff, requireLogin, inheritPlatform, total } = list;
  return { scope: list.scope, enabled, mode, whenOff, requireLogin, inheritPlatform, ranges: total };
}

export const whitelistShow: Command = {
  name: 'whitelist show',
  takes: '[SCOPE]',
  summary: 'Show the toggle and the settings of one scope, or of all.',
  flags: gatewayFlags,
  async run(given, io, command) {
    const scope = given.positionals.length === 0 ? undefined : oneScope(given.positionals);
    const lists = await whitelists(findGateway(given, io, Object.keys(command.flags)), scope);
    if (given.has('json')) writeJson(io, scope === undefined ? { whitelists: lists } : lists[0]);
    else if (lists.length === 0) io.stdout.write('nothing is stored yet: every list is off and empty\n');
    else {
      const heads = ['SCOPE', 'LIST', 'RANGES', 'MODE', 'WHEN OFF', 'LOGIN NEEDED', "PLATFORM'S LIST"];
      io.stdout.write(table(heads, lists.map(row)));
      if (scope === undefined) io.stdout.write(`${counted(lists.length, 'whitelist')}\n`);
    }
    return DONE;
  },
};

function toggle(word: 'on' | 'off', summary: string): Command {
  return {
    name: `whitelist ${word}`,
    takes: 'SCOPE',
    summary,
    details: 'SCOPE is platform or bot:<id>.',
    flags: { ...dryRunFlag, ...writeFlags, ...createFlag, ...gatewayFlags },
    async run(given, io, command) {
      const scope = oneScope(given.positionals);
      const gateway = findGateway(given, io, Object.keys(command.flags));
      await requireKnown(gateway, scope, given);
      const settings = { enabled: word === 'on' };
      if (given.has('dry-run')) return foresee({ gateway, given, io }, scope, { settings });
      const made = await gateway.call({
        method: 'PATCH',
        path: `/whitelists/${encodeURIComponent(scope)}${writeQuery(given)}`,
        body: settings,
        answer: answers.settings,
      });
      if (given.has('json')) writeJson(io, made);
      else io.stdout.write(`${scope}: IP whitelisting is ${word} (${liveText(made)})\n`);
      return DONE;
    },
  };
}

export const whitelistOn = toggle(
  'on',
  'Switch a list on: anyone at its addresses sees transcripts, without login.',
);
export const whitelistOff = toggle('off', 'Switch a list off. Its ranges are kept.');
