import type { Found } from '../lookups/options.ts';
import type { ClientIp } from '../policy/client-ip.ts';
import type { Mode, PolicyView, Settings } from '../policy/policy.ts';
import { conversationToShow, linkOf } from '../policy/link.ts';
import { tokenCauses } from '../policy/cause.ts';
import type { Known, Principal, WhyNot } from '../policy/principal.ts';
import type { Decision } from '../policy/reason.ts';
import type { Resource } from '../policy/resource.ts';
import type { Hop } from '../reading/origin.ts';
import { describeLink } from './link-age.ts';
import type { Step } from './question.ts';

/** Writes down, in words, each step that led to a decision. */
export interface Narrator {
  readonly steps: readonly Step[];
  readonly target: (line: string) => void;
  readonly resource: (resource: Resource) => void;
  readonly client: (client: ClientIp, hops: readonly Hop[]) => void;
  readonly credential: (line: string) => void;
  readonly lookup: (name: string, found: Found) => void;
  readonly link: (resource: Resource) => void;
  readonly revocation: (line: string) => void;
  readonly principal: (principal: Principal) => void;
  readonly policy: (view: PolicyView, settings: Settings) => void;
  /** What nearly matched. */
  readonly near: (steps: readonly Step[]) => void;
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
    lookup: (name, found) => {
      const scope = found.kind === 'found' ? { scope: `bot:${found.bot}` as const } : {};
      steps.push({ step: 'lookup', result: `${name}: ${describeFound(found)}`, ...scope });
    },
    link: (resource) => {
      const link = linkOf(resource);
      if (link !== undefined) say('link', describeLink(link));
    },
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
    near: (found) => void steps.push(...found),
    line: (name, decision) => say(name, decision ? describeDecision(decision) : 'does not apply'),
    decision: (decision, mode) =>
      say('answer', `${describeDecision(decision)}${mode === 'report' ? ', reported only' : ''}`),
  };
}

function describeDecision({ outcome, reason, ...rest }: Decision): string {
  const range = 'range' in rest ? ` by range ${rest.range.id} of ${rest.range.scope}` : '';
  return `${outcome}: ${reason}${range}`;
}

function describeFound(found: Found): string {
  switch (found.kind) {
    case 'found': {
      const contact = found.contact === undefined ? '' : `, contact ${found.contact}`;
      return `the conversation is of bot ${found.bot}${contact}`;
    }
    case 'missing':
      return 'knows no such conversation';
    case 'unavailable':
      return `does not answer: ${found.why}`;
  }
}

function describeResource(resource: Resource): string {
  switch (resource.kind) {
    case 'transcript': {
      const contact = resource.contact === undefined ? '' : `, contact ${resource.contact}`;
      const named =
        resource.link === undefined
          ? resource.conversations
          : [conversationToShow(resource) ?? '(not shown)'];
      const ids = resource.conversations.length > 0 ? `, conversation ${named.join(' or ')}` : '';
      const closed = resource.route.whitelist ? '' : ', never opened by an address';
      return `transcript of bot ${resource.bot}${contact}${ids} (route ${resource.route.path}${closed})`;
    }
    case 'other':
      return resource.open ? 'an open route' : 'not guarded';
    case 'platform':
      return `of no one bot: for who may see some bot, or an address on ${resource.route.reach === 'anyBot' ? 'a' : 'the platform'} list (route ${resource.route.path})`;
    case 'sought':
      return `conversation ${conversationToShow(resource) ?? '(not shown)'}, whose bot ${resource.lookup} knows (route ${resource.route.path})`;
    case 'wrong-method':
      return `guarded, and its routes list ${resource.allowed.join(', ')} only`;
    case 'no-upgrade':
      return `a socket whose messages are judged, asked for without an upgrade (route ${resource.route.path})`;
    case 'ambiguous':
    case 'unresolved':
      return `${resource.kind}: ${resource.why}`;
  }
}

function describePrincipal(principal: Principal): string {
  switch (principal.kind) {
    case 'known': {
      const what =
        principal.session === undefined ? `issuer ${principal.issuer}` : `session ${principal.session}`;
      const grants = describeGrants(principal).join('; ');
      return `${principal.subject} of ${what}, by ${principal.via}: ${grants || 'no grant'}`;
    }
    case 'anonymous':
      return `nobody: ${principal.reason}${becauseOf(principal)}`;
    case 'refused':
      return `nobody: the token is refused, ${principal.reason}${becauseOf(principal)}`;
    case 'undetermined':
      return `not known now: ${principal.reason}`;
  }
}

function becauseOf({ cause }: WhyNot): string {
  return cause === undefined ? '' : `, ${cause}: ${tokenCauses[cause]}`;
}

/** More of a person's bots or conversations than this are counted only. */
const MAX_NAMED = 50;

function describeGrants({ member, contact, admin }: Known): readonly string[] {
  const grants: string[] = [];
  if (member !== undefined)
    grants.push(`member of ${member.bots === 'all' ? 'every bot' : listed(member.bots)}`);
  if (contact !== undefined) {
    const own = contact.conversations.size > 0 ? [`of conversations ${listed(contact.conversations)}`] : [];
    grants.push(['contact', ...(contact.id === undefined ? [] : [contact.id]), ...own].join(' '));
  }
  if (admin !== undefined)
    grants.push(admin.superAdmin ? 'super admin' : `admin of ${listed(admin.ownedBots)}`);
  return grants;
}

function listed(ids: ReadonlySet<string>): string {
  const named = [...ids].slice(0, MAX_NAMED).join(', ');
  return ids.size > MAX_NAMED ? `${named} and ${String(ids.size - MAX_NAMED)} more` : named;
}
