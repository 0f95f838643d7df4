import type { Scope } from '../policy/reason.ts';
import { nearest } from '../config/index.ts';
import { answers } from './answers.ts';
import type { CommandArguments } from './command.ts';
import type { GatewayClient } from './gateway.ts';
import { CommandError, FAILED } from './io.ts';

export const createFlag = {
  create: { type: 'boolean', help: 'Also for a bot that no record and no recent request knows.' },
} as const;

/** Ends the command where its bot is known to nobody and `--create` does not say that it is meant: ids are mistyped. */
export async function requireKnown(
  gateway: GatewayClient,
  scope: Scope,
  given: CommandArguments,
): Promise<void> {
  if (scope === 'platform' || given.has('create')) return;
  const path = `/whitelists/${encodeURIComponent(scope)}?limit=1`;
  const { known } = await gateway.call({ path, answer: answers.whitelist });
  if (known !== false) return;
  const { whitelists } = await gateway.call({ path: '/whitelists?limit=1000', answer: answers.whitelists });
  const near = nearest(
    scope,
    whitelists.map((list) => list.scope),
  );
  const meant = near === undefined ? '' : ` Is ${near} meant?`;
  throw new CommandError(
    FAILED,
    `no record and no recent request knows ${scope}.${meant} If it is right, say so with --create.`,
  );
}
