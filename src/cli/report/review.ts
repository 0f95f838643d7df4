import { gatewayFlags } from '../command.ts';
import type { Command } from '../command.ts';
import { findGateway } from '../gateway.ts';
import { usage } from '../io.ts';
import { oneScope } from '../scope.ts';
import { formatFlags, reportFormat, writeReport } from './access.ts';

export const reportReview: Command = {
  name: 'report review',
  takes: 'SCOPE [FILE]',
  summary:
    'Write who can open a bot and why: its ranges with age, width, expiry and last use, findings first.',
  details:
    'SCOPE is platform or bot:<id>. What became of ranges that were looked at is told with transcript-gateway ranges review.',
  flags: { ...formatFlags, ...gatewayFlags },
  async run(given, io, command) {
    const [scopeText, file, ...rest] = given.positionals;
    if (rest.length > 0) throw usage(`unexpected argument "${rest.join(' ')}"`);
    const scope = oneScope(scopeText === undefined ? [] : [scopeText]);
    const query = new URLSearchParams({ scope, format: reportFormat(given, file) });
    const gateway = findGateway(given, io, Object.keys(command.flags));
    return writeReport(gateway, `/reports/review?${query.toString()}`, file, io);
  },
};
