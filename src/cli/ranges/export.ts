import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Scope } from '../../policy/reason.ts';
import type { Format } from '../../range-list/list.ts';
import { writeRangeList } from '../../range-list/write.ts';
import type { RangeAnswer } from '../answers.ts';
import { gatewayFlags } from '../command.ts';
import type { Command } from '../command.ts';
import { findGateway } from '../gateway.ts';
import type { GatewayClient } from '../gateway.ts';
import { CommandError, DONE, FAILED, usage } from '../io.ts';
import { oneScope } from '../scope.ts';
import { counted } from '../table.ts';
import { eachRange } from './list.ts';

const { url, 'token-file': tokenFile } = gatewayFlags;

/** `csv` or `json`: by `--format`, else by the file's name. */
export function readFormat(format: string | undefined, file: string | undefined): Format | undefined {
  if (format === 'csv' || format === 'json') return format;
  if (format !== undefined) throw usage('--format is csv or json');
  const ending = /\.(csv|json)$/i.exec(file ?? '')?.[1]?.toLowerCase();
  return ending === 'csv' || ending === 'json' ? ending : undefined;
}

/** What has expired is left out unless it is wanted: no import takes it. */
async function exported(
  gateway: GatewayClient,
  scope: Scope,
  withExpired: boolean,
): Promise<{ ranges: RangeAnswer[]; expired: number }> {
  const ranges: RangeAnswer[] = [];
  let expired = 0;
  const nowMs = Date.now();
  for await (const range of eachRange(gateway, scope)) {
    const isOver = range.expiresAt !== undefined && Date.parse(range.expiresAt) <= nowMs;
    if (isOver && !withExpired) expired += 1;
    else ranges.push(range);
  }
  return { ranges, expired };
}

export const rangesExport: Command = {
  name: 'ranges export',
  takes: 'SCOPE [FILE]',
  summary: 'Write the ranges of a scope to a file or to stdout, as ranges import takes them.',
  details: "SCOPE is platform or bot:<id>. The format is that of FILE's ending, else csv.",
  flags: {
    format: { type: 'string', value: 'csv|json', help: 'The format.' },
    expired: { type: 'boolean', help: 'Also what has expired; an import does not take that.' },
    json: { type: 'boolean', help: 'The same as --format json.' },
    url,
    'token-file': tokenFile,
  },
  async run(given, io, command) {
    const [scopeText, file, ...rest] = given.positionals;
    if (rest.length > 0) throw usage(`unexpected argument "${rest.join(' ')}"`);
    const scope = oneScope(scopeText === undefined ? [] : [scopeText]);
    const format = readFormat(given.has('json') ? 'json' : given.text('format'), file) ?? 'csv';
    const gateway = findGateway(given, io, Object.keys(command.flags));
    const { ranges, expired } = await exported(gateway, scope, given.has('expired'));
    const text = writeRangeList(ranges, format);
    if (expired > 0) io.stderr.write(`${scope}: ${counted(expired, 'expired range')} left out\n`);
    if (file === undefined || file === '-') {
      io.stdout.write(text);
      return DONE;
    }
    try {
      writeFileSync(resolve(io.cwd, file), text);
    } catch (error) {
      throw new CommandError(
        FAILED,
        `${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
    io.stderr.write(`${scope}: wrote ${counted(ranges.length, 'range')} to ${file}\n`);
    return DONE;
  },
};
