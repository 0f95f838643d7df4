import type { ClientIp } from '../../src/policy/client-ip.ts';
import type { DecideOptions, DecisionInput } from '../../src/policy/decide.ts';
import type { Policy, PolicyView, StoredSettings } from '../../src/policy/policy.ts';
import type { Anonymous, Known, RefusedBearer, Undetermined } from '../../src/policy/principal.ts';
import type { AnonymousReason, BearerReason, Scope } from '../../src/policy/reason.ts';
import type { Resource, RouteFacts } from '../../src/policy/resource.ts';
import { NO_REVOCATIONS } from '../../src/policy/revocation.ts';
import { compile, NEVER } from '../../src/policy/whitelist.ts';

/** Building blocks of decision tests: bot `a`, an address in its list, one in the platform's, one in none. */
export const NOW = Date.parse('2030-01-01T00:00:00Z');

export const route = { path: '/transcripts/:botId/:conversationId', whitelist: true };
export const contactRoute = { path: '/contacts/:contactId/conversations', whitelist: false };

export const transcript: Resource = { kind: 'transcript', bot: 'a', conversations: ['c1'], route };
export const closedTranscript: Resource = { ...transcript, route: { ...route, whitelist: false } };
export const delegated: Resource = { ...transcript, route: { ...route, members: 'platform' } };
const ofPlatform = (more: Partial<RouteFacts>): Resource => ({
  kind: 'platform',
  route: { ...route, ...more },
});
export const ofSocket = ofPlatform({ reach: 'platform' });
export const ofAnyBot = ofPlatform({ reach: 'anyBot' });
export const closedAnyBot = ofPlatform({ reach: 'anyBot', whitelist: false });
export const forContacts = ofPlatform({ reach: 'anyBot', contacts: true });
export const ofContact: Resource = {
  kind: 'transcript',
  bot: 'a',
  contact: 'u1',
  conversations: [],
  route: contactRoute,
};
export const ofBoth: Resource = { ...ofContact, conversations: ['c1'] };
export const unresolved: Resource = { kind: 'unresolved', why: 'no bot id', route };
export const ambiguous: Resource = { kind: 'ambiguous', why: 'two bots' };
export const other: Resource = { kind: 'other', open: false };
export const open: Resource = { kind: 'other', open: true };

export const ipv4 = (address: string): ClientIp => ({
  status: 'ipv4',
  address,
  value: address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0),
});
export const inBot = ipv4('203.0.113.7');
export const inPlatform = ipv4('198.51.100.7');
export const elsewhere = ipv4('192.0.2.1');
export const ipv6: ClientIp = { status: 'ipv6', address: '2001:db8::1' };
export const unknown: ClientIp = {
  status: 'unknown',
  why: 'a forwarding header from a peer that is not trusted',
};

const known: Known = {
  kind: 'known',
  via: 'cookie',
  issuer: 'staff',
  subject: 'person',
  expiresAtMs: NOW + 60_000,
  issuerBots: 'all',
};
export const member = (...bots: string[]): Known => ({ ...known, member: { bots: new Set(bots) } });
export const memberOfAll: Known = { ...known, member: { bots: 'all' } };
export const contact = (id: string | undefined, ...conversations: string[]): Known => ({
  ...known,
  contact: { ...(id !== undefined && { id }), conversations: new Set(conversations) },
});
export const admin: Known = { ...known, admin: { superAdmin: true, ownedBots: new Set(['a']) } };
export const limitedTo = (principal: Known, ...bots: string[]): Known => ({
  ...principal,
  issuerBots: new Set(bots),
});
export const nobody = (reason: AnonymousReason = 'no-credential'): Anonymous => ({
  kind: 'anonymous',
  reason,
});
export const refused = (reason: BearerReason): RefusedBearer => ({ kind: 'refused', reason });
export const maybe = (via: 'bearer' | 'cookie', ...possible: (Known | Anonymous)[]): Undetermined => ({
  kind: 'undetermined',
  via,
  reason: 'keys-unavailable',
  possible,
});

type Record = StoredSettings & { enabled?: boolean };

const one = (start: string, id: string, until = NEVER) => {
  const client = ipv4(start);
  const value = client.status === 'ipv4' ? client.value : 0;
  return compile([{ id, start: value, end: value + 9, until }]);
};

/** Bot `a` lists 203.0.113.0–9, the platform 198.51.100.0–9; both switched on unless said otherwise. */
export function policy(bot: Record = {}, platform: Record = {}, until = NEVER): PolicyView & { known: true } {
  const scopes: Policy['scopes'] = new Map<
    Scope,
    Policy['scopes'] extends ReadonlyMap<Scope, infer V> ? V : never
  >([
    ['bot:a', { enabled: true, ...bot, whitelist: one('203.0.113.0', '000000000000000a', until) }],
    ['platform', { enabled: true, ...platform, whitelist: one('198.51.100.0', '00000000000000ff', until) }],
  ]);
  return { known: true, policy: { revision: 7, scopes, revocations: NO_REVOCATIONS }, staleSeconds: 0 };
}
export const empty: PolicyView = {
  known: true,
  policy: { revision: 0, scopes: new Map(), revocations: NO_REVOCATIONS },
  staleSeconds: 0,
};
export const stale: PolicyView = { known: false, why: 'stale', policy: policy().policy };
export const unloaded: PolicyView = { known: false, why: 'not-loaded' };

export const options: DecideOptions = {
  otherPaths: 'forward',
  canLogIn: true,
  defaults: { mode: 'enforce', requireLogin: false },
};
export const rejecting: DecideOptions = { ...options, otherPaths: 'reject' };
export const whitelistOnly: DecideOptions = { ...options, canLogIn: false };

export const asked = (over: Partial<DecisionInput>): DecisionInput => ({
  preflight: false,
  resource: transcript,
  principal: nobody(),
  client: elsewhere,
  ...over,
});
