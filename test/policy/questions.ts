import fc from 'fast-check';
import type { DecisionInput } from '../../src/policy/decide.ts';
import type { Known, Principal } from '../../src/policy/principal.ts';
import type { Resource } from '../../src/policy/resource.ts';
import { NEVER } from '../../src/policy/whitelist.ts';
import * as f from './facts.ts';

const { contact, maybe, member, nobody, policy, refused } = f;
const brings = <P extends object>(principal: P): P & { brings: string } => ({ ...principal, brings: 'desk' });

/** Everybody who may ask. What cannot be known of a cookie is always somebody or nobody: never nothing, never one. */
const signedIn: Known[] = [
  member('a'), member('b'), member('a', 'b'), f.memberOfAll, f.admin, f.limitedTo(f.memberOfAll, 'b'), f.limitedTo(f.memberOfAll),
  f.limitedTo(member('a', 'b'), 'b'), contact('u1'), contact('u2', 'c1'), contact('u1', 'c1'), contact(undefined, 'c2'),
  f.limitedTo(contact('u1', 'c1'), 'b'), { ...contact('u1'), ...member('b') },
]; // prettier-ignore
export const principals: Principal[] = [
  ...signedIn, nobody(), nobody('session-expired'), refused('token-invalid'), brings(nobody()), brings(member('b')),
  maybe('bearer', f.memberOfAll), brings(maybe('cookie', member('a'), nobody('session-invalid'))),
  ...signedIn.map((one) => maybe('cookie', one, nobody('session-revoked'))), maybe('cookie', member('a'), f.memberOfAll),
  maybe('cookie', nobody('session-revoked'), nobody('session-expired')),
]; // prettier-ignore
const strangers: Principal[] = [nobody()];

const ofBot = (bot: string): Resource => ({ ...f.transcript, bot }) as Resource;
export const resources: Resource[] = [
  f.transcript, ofBot('b'), f.closedTranscript, f.ofContact, f.ofBoth, f.unresolved, f.ambiguous, f.other, f.open, f.delegated,
  { ...f.transcript, conversations: ['c1', 'c2'] } as Resource, { ...f.transcript, conversations: [] } as Resource,
  { kind: 'wrong-method', allowed: ['GET'], route: f.route }, { kind: 'platform', route: f.route },
  f.ofSocket, f.ofAnyBot, f.closedAnyBot, f.forContacts,
]; // prettier-ignore
export const clients = [f.inBot, f.inPlatform, f.elsewhere, f.ipv6, f.unknown];

const setting = fc.record(
  {
    enabled: fc.boolean(),
    whenOff: fc.constantFrom('members', 'anyone'),
    requireLogin: fc.boolean(),
    inheritPlatform: fc.boolean(),
    mode: fc.constantFrom('enforce', 'report'),
  },
  { requiredKeys: ['enabled'] },
);
/** The second one has expired: a range ends with the second that it names. */
const ends = fc.constantFrom(NEVER, f.NOW / 1000);
export const views = fc.oneof(
  { arbitrary: fc.tuple(setting, setting, ends).map((facts) => policy(...facts)), weight: 5 },
  { arbitrary: fc.constantFrom(f.stale, f.unloaded, f.empty), weight: 1 },
);

const defaults = { mode: 'enforce', requireLogin: true } as const;
const withLogin = fc.constantFrom(f.options, f.rejecting, { ...f.options, otherPaths: 'guard' } as const, {
  ...f.options,
  defaults,
});

/** Where nobody can sign in, everybody is a stranger; only a route with a session has a state of the platform. */
export const questions = fc
  .oneof(
    { arbitrary: fc.tuple(fc.constantFrom(...principals), withLogin), weight: 9 },
    { arbitrary: fc.tuple(fc.constantFrom(...strangers), fc.constant(f.whitelistOnly)), weight: 1 },
  )
  .chain(([principal, options]) =>
    fc.record({
      options: fc.constant(options),
      view: views,
      delegation: fc.constantFrom('proven', 'open', 'unknown'),
      asked: fc.record({
        preflight: fc.boolean(),
        resource: fc.constantFrom(...resources),
        principal: fc.constant(principal),
        client: fc.constantFrom(...clients),
      }),
    }),
  )
  .map(({ delegation, asked, ...rest }) => ({
    ...rest,
    asked: isLeft(asked) ? { ...asked, delegation } : asked,
  }));

/** True where a session is presented on a route that is left to the platform. */
export function isLeft({ resource, principal }: Pick<DecisionInput, 'resource' | 'principal'>): boolean {
  const route = 'route' in resource ? resource.route : undefined;
  return route?.members === 'platform' && principal.kind !== 'refused' && principal.brings !== undefined;
}
