import { createBudget, MAX_CHECKS, type Budget } from '../identity/budget.ts';
import type { Sources } from './rules.ts';

/**
 * What may be spent on finding out who asks: nothing for an address of which too many tokens failed. What was verified
 * before still counts there, and who comes by their address needs no token; a session that cannot be checked is an
 * invalid one, since to take it for none would hide it, and to believe it would open everything.
 *
 * Failures are counted where they cost something, not requests: an office behind one address whose sessions expired
 * (their signatures are good) costs nothing, and one whose secret was changed a failure for each session, whatever
 * else is sent with them and whether or not the address lets them in.
 */
export function budgetOf(
  { failedTokens }: Pick<Sources, 'failedTokens'>,
  address: string | undefined,
): Budget {
  if (failedTokens === undefined || address === undefined) return createBudget(MAX_CHECKS);
  const left = failedTokens.blockedForMs(address) > 0 ? 0 : MAX_CHECKS;
  return createBudget(left, () => failedTokens.failed(address));
}
