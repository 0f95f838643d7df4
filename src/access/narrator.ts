import type { ClientIp } from '../policy/client-ip.ts';
import type { Mode, PolicyView, Settings } from '../policy/policy.ts';
import type { Principal } from '../policy/principal.ts';
import type { Decision } from '../policy/reason.ts';
import type { Resource } from '../policy/resource.ts';
import type { Hop } from '../reading/origin.ts';
import type { Step } from './question.ts';

/** Writes down, in words, each step that led to a decision. */
export interface Narrator {
  readonly steps: readonly Step[];
  readonly target: (line: string) => void;
  readonly resource: (resource: Resource) => void;
  readonly client: (client: ClientIp, hops: readonly Hop[]) => void;
  readonly credential: (line: string) => void;
  readonly revocation: (line: string) => void;
  readonly principal: (principal: Principal) => void;
  readonly policy: (view: PolicyView, settings: Settings) => void;
  readonly line: (name: string, decision: Decision | undefined) => void;
  readonly decision: (decision: Decision, mode: Mode) => void;
}

export function createNarrator(): Narrator {
  const steps: Step[] = [];
  const say = (step: string, result: string): void => void steps.push({ step, result });
  return {
    steps,
    target: (line) => say('reading', line),
    resource: (resource) => say('target', describeResource(resource)),
    client: (client, hops) => {
      for (const hop of hops)
        say('hop', `${hop.address} (${hop.source}): ${hop.trusted ? 'trusted proxy' : 'not trusted'}`);
      say('client IP', client.status === 'unknown' ? `unknown: ${client.why}` : client.address);
    },
    credential: (line) => say('credential', line),
    revocation: (line) => say('revocation', line),
    principal: (principal) => say('principal', describePrincipal(principal)),
    policy: (view, settings) => {
      const { mode, whenOff, requireLogin, inheritPlatform } = settings;
      const state = view.known ? `revision ${view.policy.revision}` : `not known: ${view.why}`;
      say(
        'policy',
        `${state}; mode ${mode}, when off ${whenOff}, require login ${requireLogin}, inherit platform ${inheritPlatform}`,
      );
    },
    line: (name, decision) => say(name, decision ? describeDecision(decision) : 'does not apply'),
    decision: (decision, mode) =>
      say('answer', `${describeDecision(decision)}${mode === 'report' ? ', reported only' : ''}`),
  };
}

function describeDecision({ outcome, reason, ...rest }: Decision): string {
  const range = 'range' in rest ? ` by range ${rest.range.id} of ${rest.range.scope}` : '';
  return `${outcome}: ${reason}${range}`;
}

function describeResource(resource: Resource): string {
  switch (resource.kind) {
    case 'transcript': {
      const contact = resource.contact === undefined ? '' : `, contact ${resource.contact}`;
      const ids =
        resource.conversations.length > 0 ? `, conversation ${resource.conversations.join(' or ')}` : '';
      const closed = resource.route.whitelist ? '' : ', never opened by an address';
      return `transcript of bot ${resource.bot}${contact}${ids} (route ${resource.route.path}${closed})`;
    }
    case 'other':
      return resource.open ? 'an open route' : 'not guarded';
    case 'platform':
      return 'of no one bot: for who may see some bot, or an address on the platform list';
    case 'wrong-method':
      return `guarded, and its routes list ${resource.allowed.join(', ')} only`;
    case 'ambiguous':
    case 'unresolved':
      return `${resource.kind}: ${resource.why}`;
  }
}

function describePrincipal(principal: Principal): string {
  switch (principal.kind) {
    case 'known': {
      const roles = (['member', 'contact', 'admin'] as const).filter((role) => principal[role] !== undefined);
      const what =
        principal.session === undefined ? `issuer ${principal.issuer}` : `session ${principal.session}`;
      return `${principal.subject} of ${what}, by ${principal.via}: ${roles.join(', ') || 'no grant'}`;
    }
    case 'anonymous':
      return `nobody: ${principal.reason}`;
    case 'refused':
      return `nobody: the bearer is refused, ${principal.reason}`;
    case 'undetermined':
      return `not known now: ${principal.reason}`;
  }
}
