import { parseRangeLine } from '../../policy/range-text.ts';
import { answers } from '../answers.ts';
import { gatewayFlags } from '../command.ts';
import type { Command } from '../command.ts';
import { dryRunFlag, foresee } from '../foresee.ts';
import { findGateway } from '../gateway.ts';
import { DONE, usage, writeJson } from '../io.ts';
import { liveText } from '../live-text.ts';
import { createFlag, requireKnown } from '../known-scope.ts';
import { scopeArgument } from '../scope.ts';
import { readExpires } from '../times.ts';
import { writeFlags, writeQuery } from '../write-ways.ts';

/** `START END`, or one text: an address, a network or `START-END`. */
function readEnds(words: readonly string[]): { start: string; end: string } {
  const [first, second, ...rest] = words;
  if (first === undefined)
    throw usage('say which addresses: START END, an address, or a network such as 203.0.113.0/24');
  if (rest.length > 0) throw usage(`unexpected argument "${rest.join(' ')}"`);
  if (second !== undefined) return { start: first, end: second };
  const read = parseRangeLine(first);
  if (!read.ok) throw usage(read.message);
  if (read.range === undefined) throw usage('say which addresses');
  return { start: read.range.start, end: read.range.end };
}

export const rangesAdd: Command = {
  name: 'ranges add',
  takes: 'SCOPE START [END]',
  summary: 'Add a range: from START to END, both included; one address; or a network.',
  details:
    'SCOPE is platform or bot:<id>. START alone may be an address, a network (203.0.113.0/24) or "A - B".\nThe list has to be on to count: transcript-gateway whitelist on SCOPE.',
  flags: {
    purpose: { type: 'string', value: 'TEXT', help: 'What it is needed for.' },
    note: { type: 'string', value: 'TEXT', help: 'What else there is to know.' },
    expires: {
      type: 'string',
      value: 'WHEN',
      help: 'From then on it no longer counts: 7d, 12h, 2030-01-31, 18:00, or both.',
    },
    ...dryRunFlag,
    ...writeFlags,
    ...createFlag,
    ...gatewayFlags,
  },
  async run(given, io, command) {
    const [scopeText, ...words] = given.positionals;
    if (scopeText === undefined) throw usage('say for which scope: platform or bot:<id>');
    const scope = scopeArgument(scopeText);
    const ends = readEnds(words);
    const [note, purpose] = [given.text('note'), given.text('purpose')];
    const expires = given.text('expires');
    const expiresAt = expires === undefined ? undefined : readExpires(expires, Date.now());
    const gateway = findGateway(given, io, Object.keys(command.flags));
    await requireKnown(gateway, scope, given);
    const range = {
      ...ends,
      ...(note === undefined ? {} : { note }),
      ...(purpose === undefined ? {} : { purpose }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    };
    if (given.has('dry-run')) return foresee({ gateway, given, io }, scope, { add: [range] });
    const made = await gateway.call({
      method: 'POST',
      path: `/whitelists/${encodeURIComponent(scope)}/ranges${writeQuery(given)}`,
      body: range,
      answer: answers.range,
    });
    if (given.has('json')) writeJson(io, made);
    else {
      const until = made.expiresAt === undefined ? '' : ` until ${made.expiresAt}`;
      io.stdout.write(
        `${scope}: added ${made.start} - ${made.end}${until} as ${made.id} (${liveText(made)})\n`,
      );
    }
    return DONE;
  },
};
