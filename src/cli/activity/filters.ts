import type { CommandArguments, OwnFlag } from '../command.ts';
import { readPast } from '../times.ts';

/** Flags that narrow the record, with what the API calls them. */
const named = {
  bot: ['bot', 'ID', 'Only of this bot.'],
  outcome: ['outcome', 'OUTCOME', 'forward, login, deny or unavailable.'],
  reason: ['reason', 'REASON', 'As in X-Gateway-Reason.'],
  address: ['address', 'ADDRESS', 'An address, a network, or two addresses with a dash between.'],
  subject: ['subject', 'ID', 'A person, as recorded.'],
  contact: ['contact', 'ID', 'A contact, as recorded.'],
  conversation: ['conversation', 'ID', 'A conversation.'],
  'range-id': ['rangeId', 'ID', 'Only what this range let in.'],
  revision: ['revision', 'N', 'Only what was decided by this revision of the policy.'],
  'request-id': ['requestId', 'ID', 'A request id, or its first characters.'],
} as const;

export const filterFlags: Readonly<Record<string, OwnFlag>> = {
  ...Object.fromEntries(
    Object.entries(named).map(([flag, [, value, help]]) => [flag, { type: 'string', value, help } as const]),
  ),
  reported: { type: 'boolean', help: 'Only what mode report let pass, or would have let pass.' },
};

export const timeFlags = {
  from: { type: 'string', value: 'WHEN', help: 'Not before: 7d, 12h, 2030-01-31, 18:00, or both.' },
  to: { type: 'string', value: 'WHEN', help: 'Before; a date means its end.' },
} as const;

/** What the flags ask of the record, as a query of the API. */
export function filterQuery(given: CommandArguments): URLSearchParams {
  const query = timeQuery(given);
  for (const [flag, [name]] of Object.entries(named)) {
    const value = given.text(flag);
    if (value !== undefined) query.set(name, value);
  }
  if (given.has('reported')) query.set('enforced', 'false');
  return query;
}

export function timeQuery(given: CommandArguments): URLSearchParams {
  const query = new URLSearchParams();
  for (const flag of ['from', 'to'] as const) {
    const value = given.text(flag);
    if (value !== undefined) query.set(flag, readPast(flag, value, Date.now()));
  }
  return query;
}
