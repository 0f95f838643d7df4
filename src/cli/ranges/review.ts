import { answers } from '../answers.ts';
import { gatewayFlags } from '../command.ts';
import type { Command, CommandArguments } from '../command.ts';
import { findGateway } from '../gateway.ts';
import { DONE, usage, writeJson } from '../io.ts';
import { liveText } from '../live-text.ts';
import { scopeArgument } from '../scope.ts';
import { counted } from '../table.ts';
import { readExpires } from '../times.ts';
import { writeFlags, writeQuery } from '../write-ways.ts';

const done = { keep: 'kept', shorten: 'shortened', remove: 'removed' } as const;

/** What became of the ranges, as the API takes it. */
function actionOf(given: CommandArguments): {
  readonly action: keyof typeof done;
  readonly expiresAt?: string;
} {
  const actions = (['keep', 'shorten', 'remove'] as const).filter((name) => given.has(name));
  const [action, ...more] = actions;
  if (action === undefined || more.length > 0) throw usage('say one of --keep, --shorten WHEN and --remove');
  const until = given.text('shorten');
  return until === undefined ? { action } : { action, expiresAt: readExpires(until, Date.now()) };
}

export const rangesReview: Command = {
  name: 'ranges review',
  takes: 'SCOPE ID…',
  summary: 'Say what became of ranges that were looked at: keep, shorten or remove, with a reason.',
  details: 'SCOPE is platform or bot:<id>. All of them or none, as one change that says who, when and why.',
  flags: {
    keep: { type: 'boolean', help: 'They are needed still.' },
    shorten: {
      type: 'string',
      value: 'WHEN',
      help: 'They end earlier: 7d, 12h, 2030-01-31, 18:00, or both.',
    },
    remove: { type: 'boolean', help: 'They are not needed.' },
    reason: { type: 'string', value: 'TEXT', help: 'Why.' },
    ...writeFlags,
    ...gatewayFlags,
  },
  async run(given, io, command) {
    const [scopeText, ...ids] = given.positionals;
    if (scopeText === undefined) throw usage('say for which scope: platform or bot:<id>');
    const scope = scopeArgument(scopeText);
    if (ids.length === 0) throw usage('say which ranges, by their ids');
    const reason = given.text('reason');
    if (reason === undefined) throw usage('say why: --reason TEXT');
    const body = { ids, reason, ...actionOf(given) };
    const gateway = findGateway(given, io, Object.keys(command.flags));
    const path = `/whitelists/${encodeURIComponent(scope)}/review${writeQuery(given)}`;
    const made = await gateway.call({ method: 'POST', path, body, answer: answers.review });
    if (given.has('json')) writeJson(io, made);
    else
      io.stdout.write(
        `${scope}: ${counted(made.reviewed, 'range')} ${done[body.action]} (${liveText(made)})\n`,
      );
    return DONE;
  },
};
