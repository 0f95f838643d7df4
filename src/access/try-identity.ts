import type { PolicyView } from '../policy/policy.ts';
import type { Principal } from '../policy/principal.ts';
import type { Resource } from '../policy/resource.ts';
import { withoutRevoked } from '../policy/revocation.ts';
import { routeTokenPlaces } from '../reading/token-places.ts';
import { createNarrator } from './narrator.ts';
import type { Question, Step } from './question.ts';
import type { Rules } from './rules.ts';
import { askWho } from './who.ts';

export interface Tried {
  readonly principal: Principal;
  readonly steps: readonly Step[];
}

/** Where every place counts that some route allows, and nothing is left to the platform. */
const anywhere: Extract<Resource, { kind: 'platform' }> = {
  kind: 'platform',
  route: { path: '', whitelist: false, tokenPlaces: routeTokenPlaces },
};

/** Who a credential is of, whatever it would open, and each step that says so. */
export async function tryIdentity(
  rules: Rules,
  view: PolicyView,
  question: Question,
  nowMs: number,
): Promise<Tried> {
  const narrator = createNarrator();
  const parts = { rules, delegating: undefined, nowMs, trace: narrator.credential, budget: undefined };
  const { principal: claimed } = await askWho(parts, question, anywhere, undefined);
  const principal = withoutRevoked(claimed, view, nowMs, narrator.revocation);
  narrator.principal(principal);
  return { principal, steps: narrator.steps };
}
