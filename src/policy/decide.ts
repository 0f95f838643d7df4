import type { ClientIp } from './client-ip.ts';
import { botAccess, openLink, ownHistory, whitelisted, type Facts, type GuardedResource } from './grants.ts';
import { throughLink } from './link.ts';
import { settingsFor, type PolicyDefaults, type PolicyView } from './policy.ts';
import type { Principal } from './principal.ts';
import type { Decision, DenyReason, ForwardReason, LoginReason, UnavailableReason } from './reason.ts';
import type { Resource } from './resource.ts';

/** Everything that a decision depends on but the policy and the time. */
export interface DecisionInput {
  /** A true CORS preflight: OPTIONS with Origin and Access-Control-Request-Method. */
  readonly preflight: boolean;
  readonly resource: Resource;
  readonly principal: Principal;
  readonly client: ClientIp;
  /** Of a route with `members: platform`: whether the platform was seen to refuse strangers. Absent: not seen. */
  readonly delegation?: Delegation | undefined;
}

/** What the platform, asked as a stranger, last said to the URLs of a route: `open`, it showed one. */
export type Delegation = 'proven' | 'open' | 'unknown';

/** The configured part of the rules of decision. */
export interface DecideOptions {
  readonly otherPaths: 'forward' | 'reject' | 'guard';
  /** False where no issuer is configured: nobody is asked to log in. */
  readonly canLogIn: boolean;
  readonly defaults: PolicyDefaults;
}

/** Told of each line that was looked at, in order; for explain. */
export type Trace = (line: string, decision: Decision | undefined) => void;

/** May this visitor see this? Pure: the first line that applies wins. */
export function decide(
  asked: DecisionInput,
  view: PolicyView,
  options: DecideOptions,
  nowMs: number,
  trace?: Trace,
): Decision {
  const { resource } = asked;
  const first = preflight(asked);
  trace?.('preflight', first);
  if (first !== undefined) return first;
  switch (resource.kind) {
    case 'ambiguous':
      return traced(trace, 'target', deny('path-ambiguous'));
    case 'other':
      return traced(trace, 'not guarded', unguarded(resource.open, options));
    case 'unresolved':
      return traced(trace, 'bot id', deny('bot-unresolved'));
    case 'sought':
      return traced(trace, 'lookup', withoutBot(asked, resource, options));
    case 'wrong-method':
      return traced(trace, 'method', deny('method-not-allowed'));
    case 'no-upgrade':
      return traced(trace, 'upgrade', deny('upgrade-required'));
    case 'transcript':
    case 'platform':
      return decideGuarded(asked, resource, view, options, nowMs, trace);
  }
}

function decideGuarded(
  { principal, client, delegation }: DecisionInput,
  resource: GuardedResource,
  view: PolicyView,
  options: DecideOptions,
  nowMs: number,
  trace?: Trace,
): Decision {
  const bot = resource.kind === 'transcript' ? resource.bot : undefined;
  const settings = settingsFor(view, options.defaults, bot);
  const facts = { resource, principal, client, delegation, view, options, nowMs, settings };
  return decideTranscript(facts, trace);
}

/**
 * A transcript whose bot nobody knows: whoever asks is answered as for another bot's, so that no answer tells whether
 * there is such a conversation.
 */
function withoutBot(
  { principal }: DecisionInput,
  { without }: Extract<Resource, { kind: 'sought' }>,
  { canLogIn }: DecideOptions,
): Decision {
  if (principal.kind === 'refused') return login(principal.reason);
  if (principal.kind === 'undetermined') return unavailable(principal.reason);
  if (without === 'unavailable') return unavailable('lookup-unavailable');
  return principal.kind === 'anonymous' && canLogIn ? login(principal.reason) : deny('no-access');
}

type Question = Facts & { readonly options: DecideOptions; readonly delegation: Delegation | undefined };

/** The decision table from its fourth line on; the order is the meaning. */
const LINES: readonly (readonly [name: string, line: (question: Question) => Decision | undefined])[] = [
  ['bearer', bearer],
  ['keys and revocations', undetermined],
  ['bot access', botAccess],
  ['own history', ownHistory],
  ['platform decides', platformDecides],
  ['policy', policyKnown],
  ['whitelist', (question) => throughLink(question.resource, question.nowMs, whitelisted(question))],
  ['open link', (question) => throughLink(question.resource, question.nowMs, openLink(question))],
  ['no access', otherwise],
];

function decideTranscript(question: Question, trace?: Trace): Decision {
  for (const [name, line] of LINES) {
    const decision = line(question);
    trace?.(name, decision);
    if (decision !== undefined) return decision;
  }
  return deny('no-access');
}

function preflight({ preflight, resource }: DecisionInput): Decision | undefined {
  const guarded = resource.kind !== 'other' && resource.kind !== 'ambiguous';
  return preflight && guarded ? forward('preflight') : undefined;
}

function unguarded(open: boolean, { otherPaths }: DecideOptions): Decision {
  return otherPaths === 'forward' || open ? forward('not-guarded') : deny('not-open');
}

/** A bearer that proves nothing never falls back to a cookie or an address. */
function bearer({ principal }: Question): Decision | undefined {
  return principal.kind === 'refused' ? login(principal.reason) : undefined;
}

/** Unknown is answered as such, unless whoever it turns out to be would be answered alike. */
function undetermined(question: Question): Decision | undefined {
  const { principal } = question;
  if (principal.kind !== 'undetermined') return undefined;
  const delegated = platformDecides(question);
  if (delegated !== undefined) return delegated;
  if (principal.via !== 'cookie') return unavailable(principal.reason);
  const decisions = principal.possible.map((possible) =>
    decideTranscript({ ...question, principal: possible }),
  );
  // Where all agree, the answer claims no more than it would of a stranger.
  const stranger = principal.possible.findIndex(({ kind }) => kind === 'anonymous');
  const modest = decisions[Math.max(0, stranger)];
  return modest !== undefined && decisions.every(({ outcome }) => outcome === modest.outcome)
    ? modest
    : unavailable(principal.reason);
}

/** Delegation: who brings a session of the platform's is answered by the platform, which refuses strangers itself. */
function platformDecides(question: Question): Decision | undefined {
  return question.delegation === 'proven' && isDelegated(question) ? forward('platform-decides') : undefined;
}

function isDelegated({ resource, principal }: Question): boolean {
  return (
    resource.route.members === 'platform' && principal.kind !== 'refused' && principal.brings !== undefined
  );
}

/** Below this line the policy may grant; where it is not known, it could go either way. */
function policyKnown({ view, resource }: Question): Decision | undefined {
  return !view.known && resource.route.whitelist ? unavailable('policy-unavailable') : undefined;
}

function otherwise(question: Question): Decision | undefined {
  if (isDelegated(question)) return unavailable('platform-unproven');
  const { principal, options } = question;
  return principal.kind === 'anonymous' && options.canLogIn ? login(principal.reason) : deny('no-access');
}

function traced(trace: Trace | undefined, line: string, decision: Decision): Decision {
  trace?.(line, decision);
  return decision;
}

const forward = (reason: ForwardReason): Decision => ({ outcome: 'forward', reason });
const login = (reason: LoginReason): Decision => ({ outcome: 'login', reason });
const deny = (reason: DenyReason): Decision => ({ outcome: 'deny', reason });
const unavailable = (reason: UnavailableReason): Decision => ({ outcome: 'unavailable', reason });
