import type { CommandArguments, OwnFlag } from './command.ts';
import { usage } from './io.ts';

/** How any change may be asked for. */
export const writeFlags = {
  'confirm-within': {
    type: 'string',
    value: 'TIME',
    help: 'On trial, from 10s to 1h (5m): taken back then, unless transcript-gateway confirm says that it stays.',
  },
  force: { type: 'boolean', help: 'Also what would lock out who asks.' },
} as const satisfies Readonly<Record<string, OwnFlag>>;

/** What these flags ask for, at the end of a path; `more` is asked beside it. */
export function writeQuery(given: CommandArguments, more: Readonly<Record<string, string>> = {}): string {
  const within = given.text('confirm-within');
  if (within !== undefined && !/^[1-9][0-9]{0,3}[smh]$/.test(within))
    throw usage(`--confirm-within "${within}" is no time: give 30s, 5m or 1h`);
  const query = new URLSearchParams({
    ...(within !== undefined && { confirmWithin: within }),
    ...(given.has('force') && { force: 'true' }),
    ...more,
  });
  return query.size === 0 ? '' : `?${query.toString()}`;
}
