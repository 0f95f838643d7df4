import type { Scope } from '../policy/reason.ts';
import { answers, type ForecastAnswer } from './answers.ts';
import type { CommandArguments, OwnFlag } from './command.ts';
import type { GatewayClient } from './gateway.ts';
import { DONE, writeJson, type Io } from './io.ts';
import { plainText, table } from './table.ts';

export const dryRunFlag = {
  'dry-run': {
    type: 'boolean',
    help: 'Change nothing: say what it would have changed of the recorded visits.',
  },
} as const satisfies Readonly<Record<string, OwnFlag>>;

/** Groups that people are shown; JSON has more of them. */
const SHOWN = 20;

interface Foreseen {
  readonly gateway: GatewayClient;
  readonly given: CommandArguments;
  readonly io: Io;
}

/** Says what changes of a scope would have changed; nothing is written. */
export async function foresee(
  { gateway, given, io }: Foreseen,
  scope: Scope,
  changes: object,
): Promise<number> {
  const body = { scope, changes };
  const found = await gateway.call({ method: 'POST', path: '/forecast', body, answer: answers.forecast });
  if (given.has('json')) writeJson(io, found);
  else io.stdout.write(`${scope}: nothing was changed.\n${forecastText(found)}`);
  return DONE;
}

/** A forecast for people: its sentences, and who it would be. */
export function forecastText({ says, groups, groupCount }: ForecastAnswer): string {
  const rows = groups
    .slice(0, SHOWN)
    .map(({ effect, address, bot, subject, visits, last, was, becomes }) => [
      effect === 'refused' ? 'refused' : 'let in',
      String(visits),
      address ?? '',
      bot ?? '',
      subject ?? '',
      last,
      `${was} -> ${becomes}`,
    ]);
  const heads = ['WOULD BE', 'VISITS', 'ADDRESS', 'BOT', 'PERSON', 'LAST', 'REASON'];
  const list = rows.length === 0 ? '' : table(heads, rows);
  const more =
    groupCount > rows.length ? `… and ${(groupCount - rows.length).toLocaleString('en-US')} more\n` : '';
  return `${says.map((line) => `${plainText(line)}\n`).join('')}${list}${more}`;
}
