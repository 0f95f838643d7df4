import type { Logger } from 'pino';
import { createAuthorize } from '../access/authorize.ts';
import type { Authorize } from '../access/question.ts';
import type { Sources } from '../access/rules.ts';
import type { ReloadSettings, StartOptions } from '../config/index.ts';
import type { DelegationWatch } from '../gateway/delegation.ts';
import type { OnPassed } from '../gateway/index.ts';
import type { Known } from '../policy/principal.ts';
import { revocationOf } from '../policy/revocation.ts';
import type { LivePolicy } from '../policy-store/live/live-policy.ts';
import { createDelegation } from './delegation.ts';
import { headWatch } from './identity.ts';
import { createLinks } from './links.ts';
import { createHashReader } from './lookups.ts';
import { createRuling, type Ruling } from './rules.ts';
import { createSessionEnds } from './session-ends.ts';

/** What questions are judged by now, and what is watched for it. */
export interface Standing {
  ruling(): Ruling;
  readonly delegation: DelegationWatch;
  readonly onPassed: OnPassed;
  authorizeBy(policy: Sources['policy'], failedTokens: Sources['failedTokens']): Authorize;
  start(): void;
  /** Swaps in the rules of a new configuration; throws, and changes nothing, where they cannot be made. */
  takeOver(next: ReloadSettings): void;
  close(): Promise<void>;
}

export function createStanding(
  start: StartOptions,
  settings: ReloadSettings,
  log: Logger,
  { live }: { readonly live: () => Pick<LivePolicy, 'view'> },
): Standing {
  const revoked = (known: Known): boolean | 'unknown' => isRevoked(live(), known);
  const ends = createSessionEnds(start, log);
  const hashes = createHashReader(start, log);
  const links = createLinks(start, log);
  const parts = { log, ends, revoked, readHash: hashes.read };
  let ruling = createRuling(start, settings, parts);
  const rules = (): Ruling['rules'] => ruling.rules;
  const delegation = createDelegation(start, () => ruling, log);
  return {
    ruling: () => ruling,
    delegation,
    onPassed: headWatch(() => ruling, delegation),
    authorizeBy: (policy, failedTokens) =>
      createAuthorize({ rules, policy, failedTokens, links, now: Date.now, delegating: delegation }),
    start: () => ruling.verifier.start(),
    takeOver(next) {
      const previous = ruling;
      ruling = createRuling(start, next, parts, previous);
      ruling.verifier.start();
      void previous.verifier.close();
      void previous.sessions.close(ruling.sessions);
      previous.lookups.close(ruling.lookups);
      void delegation.askAgain();
    },
    async close() {
      ends.close();
      hashes.close();
      links.close();
      ruling.lookups.close();
      await Promise.all([ruling.verifier.close(), ruling.sessions.close(), delegation.close()]);
    },
  };
}

/** Whether a token was taken back, by the policy that is served now. */
function isRevoked(live: Pick<LivePolicy, 'view'>, known: Known): boolean | 'unknown' {
  const nowMs = Date.now();
  const found = revocationOf(live.view(nowMs), known, nowMs);
  return found === 'unknown' ? found : found !== undefined;
}
