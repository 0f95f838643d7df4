import type { Budget } from '../identity/budget.ts';
import type { Delegation } from '../policy/decide.ts';
import type { Principal } from '../policy/principal.ts';
import type { Resource } from '../policy/resource.ts';
import { readContacts } from '../reading/contact-parts.ts';
import { readCredential } from '../reading/credential.ts';
import { firstOf } from '../reading/raw-headers.ts';
import { readPlaced } from '../reading/token-places.ts';
import type { Question } from './question.ts';
import type { Delegating, Rules } from './rules.ts';

type Openable = Extract<Resource, { kind: 'transcript' | 'platform' | 'sought' }>;

/** Who asks, and whether the platform may be left to decide. */
export interface Who {
  readonly principal: Principal;
  readonly delegation?: Delegation;
}

export interface WhoParts {
  readonly rules: Rules;
  readonly delegating: Delegating | undefined;
  readonly nowMs: number;
  readonly trace: ((line: string) => void) | undefined;
  readonly budget: Budget | undefined;
}

/** Asks the credentials that a request presents; at once where all is remembered. `address`: whom limits count. */
export function askWho(
  { rules: { identity }, delegating, nowMs, trace, budget }: WhoParts,
  question: Question,
  resource: Openable,
  address: string | undefined,
): Who | Promise<Who> {
  const { headers } = question;
  const { bearer, cookies, authorizations } = readCredential(identity.cookieNames, headers);
  const { tokenPlaces, contactPlaces } = identity;
  const placed = tokenPlaces && readPlaced(tokenPlaces, question, resource.route.tokenPlaces);
  const contacts = contactPlaces && readContacts(contactPlaces, question, resource.route.tokenPlaces);
  const sessions = identity.readSessions?.(headers);
  // Of one shape, with nothing spread into it: this runs for every guarded request.
  const presented = { bearer, cookies, authorizations, placed, contacts, sessions };
  const delegated = resource.route.members === 'platform';
  const by = { address, host: firstOf(headers, 'host'), delegated, budget };
  const principal = identity.identify(presented, nowMs, trace, by);
  if (!delegated || delegating === undefined)
    return principal instanceof Promise ? principal.then(alone) : { principal };
  const who = (one: Principal): Who | Promise<Who> => withState(one, delegating, question, resource);
  return principal instanceof Promise ? principal.then(who) : who(principal);
}

const alone = (principal: Principal): Who => ({ principal });

/** Who brings a session of the platform's, with what the platform was seen to do with strangers. */
function withState(
  principal: Principal,
  delegating: Delegating,
  question: Question,
  { route }: Openable,
): Who | Promise<Who> {
  if (principal.kind === 'refused' || principal.brings === undefined) return { principal };
  const state = delegating.stateOf(route, question);
  if (!(state instanceof Promise)) return { principal, delegation: state };
  return state.then((delegation) => ({ principal, delegation }));
}
