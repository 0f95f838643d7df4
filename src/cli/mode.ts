import { answers } from './answers.ts';
import { gatewayFlags } from './command.ts';
import type { Command } from './command.ts';
import { dryRunFlag, foresee } from './foresee.ts';
import { findGateway } from './gateway.ts';
import { DONE, writeJson } from './io.ts';
import { liveText } from './live-text.ts';
import { createFlag, requireKnown } from './known-scope.ts';
import { oneScope } from './scope.ts';
import { writeFlags, writeQuery } from './write-ways.ts';

function modeCommand(word: string, mode: 'report' | 'enforce' | null, summary: string): Command {
  return {
    name: `mode ${word}`,
    takes: 'SCOPE',
    summary,
    details: 'SCOPE is platform or bot:<id>.',
    flags: { ...dryRunFlag, ...writeFlags, ...createFlag, ...gatewayFlags },
    async run(given, io, command) {
      const scope = oneScope(given.positionals);
      const gateway = findGateway(given, io, Object.keys(command.flags));
      await requireKnown(gateway, scope, given);
      if (given.has('dry-run')) return foresee({ gateway, given, io }, scope, { settings: { mode } });
      const made = await gateway.call({
        method: 'PATCH',
        path: `/whitelists/${encodeURIComponent(scope)}${writeQuery(given)}`,
        body: { mode },
        answer: answers.settings,
      });
      if (given.has('json')) writeJson(io, made);
      else io.stdout.write(`${scope}: mode is ${mode ?? 'inherited'} (${liveText(made)})\n`);
      return DONE;
    },
  };
}

export const modeReport = modeCommand(
  'report',
  'report',
  'Forward everything, and log what would have been refused.',
);
export const modeEnforce = modeCommand('enforce', 'enforce', 'Act on decisions.');
export const modeInherit = modeCommand(
  'inherit',
  null,
  "Take the mode from the platform, or from the configuration's default.",
);
