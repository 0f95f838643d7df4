import fc from 'fast-check';
import t from 'tap';
import { decide, type DecideOptions, type DecisionInput } from '../../src/policy/decide.ts';
import type { PolicyView } from '../../src/policy/policy.ts';
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
const principals: Principal[] = [
  ...signedIn, nobody(), nobody('session-expired'), refused('token-invalid'), brings(nobody()), brings(member('b')),
  maybe('bearer', f.memberOfAll), brings(maybe('cookie', member('a'), nobody('session-invalid'))),
  ...signedIn.map((one) => maybe('cookie', one, nobody('session-revoked'))), maybe('cookie', member('a'), f.memberOfAll),
  maybe('cookie', nobody('session-revoked'), nobody('session-expired')),
]; // prettier-ignore
const strangers: Principal[] = [nobody()];

const ofBot = (bot: string): Resource => ({ ...f.transcript, bot }) as Resource;
const resources: Resource[] = [
  f.transcript, ofBot('b'), f.closedTranscript, f.ofContact, f.ofBoth, f.unresolved, f.ambiguous, f.other, f.open, f.delegated,
  { ...f.transcript, conversations: ['c1', 'c2'] } as Resource, { ...f.transcript, conversations: [] } as Resource,
  { kind: 'wrong-method', allowed: ['GET'], route: f.route }, { kind: 'platform', route: f.route },
  f.ofSocket, f.ofAnyBot, f.closedAnyBot, f.forContacts,
]; // prettier-ignore
const clients = [f.inBot, f.inPlatform, f.elsewhere, f.ipv6, f.unknown];

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
const views = fc.oneof(
  { arbitrary: fc.tuple(setting, setting, ends).map((facts) => policy(...facts)), weight: 5 },
  { arbitrary: fc.constantFrom(f.stale, f.unloaded, f.empty), weight: 1 },
);

const defaults = { mode: 'enforce', requireLogin: true } as const;
const withLogin = fc.constantFrom(f.options, f.rejecting, { ...f.options, otherPaths: 'guard' } as const, {
  ...f.options,
  defaults,
});

/** Where nobody can sign in, everybody is a stranger; only a route with a session has a state of the platform. */
const questions = fc
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
function isLeft({ resource, principal }: Pick<DecisionInput, 'resource' | 'principal'>): boolean {
  const route = 'route' in resource ? resource.route : undefined;
  return route?.members === 'platform' && principal.kind !== 'refused' && principal.brings !== undefined;
}

const includes = (bots: 'all' | ReadonlySet<string>, bot: string): boolean => bots === 'all' || bots.has(bot);

type Guarded = Extract<Resource, { kind: 'transcript' | 'platform' }>;

/** Two bots stand for all that there are. */
function opensByToken({ issuerBots, member, contact }: Known, resource: Guarded): boolean {
  const reads = ['a', 'b'].filter((bot) => includes(issuerBots, bot) && member && includes(member.bots, bot));
  if (resource.kind === 'platform') {
    const speaks = ['a', 'b'].some((bot) => includes(issuerBots, bot));
    return reads.length > 0 || (resource.route.contacts === true && contact !== undefined && speaks);
  }
  if (reads.includes(resource.bot)) return true;
  if (contact === undefined || !includes(issuerBots, resource.bot)) return false;
  const { contact: named, conversations } = resource;
  const matches = [...(named === undefined ? [] : [contact.id === named]), ...conversations.map((id) => contact.conversations.has(id))];
  return matches.length > 0 && matches.every(Boolean);
} // prettier-ignore

/** By the visitor's address, or by the link alone. */
function opensWithoutToken(asked: DecisionInput, resource: Guarded, view: PolicyView, options: DecideOptions, isSignedIn: boolean): boolean {
  if (!view.known || !resource.route.whitelist) return false;
  const platform = view.policy.scopes.get('platform');
  const own = view.policy.scopes.get('bot:a');
  const lets = (list: typeof own): boolean =>
    list?.enabled === true && !hasExpired(list.whitelist) && (isSignedIn || !(list.requireLogin ?? platform?.requireLogin ?? options.defaults.requireLogin));
  const { reach } = resource.route;
  if (reach !== undefined) {
    return (asked.client === f.inPlatform && lets(platform)) || (reach === 'anyBot' && asked.client === f.inBot && lets(own));
  }
  const bot = resource.kind === 'transcript' ? view.policy.scopes.get(`bot:${resource.bot}`) : undefined;
  const inherits = resource.kind === 'platform' || (bot?.inheritPlatform ?? platform?.inheritPlatform ?? true);
  const lists = [bot, inherits ? platform : undefined].filter((list) => list?.enabled === true);
  if (lists.length === 0) return (bot?.whenOff ?? platform?.whenOff) === 'anyone';
  if ((bot?.requireLogin ?? platform?.requireLogin ?? options.defaults.requireLogin) && !isSignedIn) return false;
  const home = asked.client === f.inBot ? view.policy.scopes.get('bot:a') : asked.client === f.inPlatform ? platform : undefined;
  return home !== undefined && lists.includes(home) && !hasExpired(home.whitelist);
} // prettier-ignore

/** All ranges of these policies end alike. */
const hasExpired = (whitelist: object): boolean => expired.has(JSON.stringify(whitelist));
const lists = (view: PolicyView): object[] =>
  view.known ? [...view.policy.scopes.values()].map(({ whitelist }) => whitelist) : [];
const expired = new Set(lists(policy({}, {}, f.NOW / 1000)).map((list) => JSON.stringify(list)));

/** Written from the meaning of the words, without a look at the table: true exactly where a request is let through. */
function mayHaveGrant(asked: DecisionInput, view: PolicyView, options: DecideOptions): boolean {
  const { resource, principal, preflight, delegation } = asked;
  if (resource.kind === 'other') return resource.open || options.otherPaths === 'forward';
  if (resource.kind === 'ambiguous') return false;
  if (preflight) return true;
  if (resource.kind !== 'transcript' && resource.kind !== 'platform') return false;
  if (principal.kind === 'refused') return false;
  if (isLeft(asked) && delegation === 'proven') return true;
  if (principal.kind === 'undetermined') {
    return (
      principal.via === 'cookie' &&
      principal.possible.every((one) => mayHaveGrant({ ...asked, principal: one }, view, options))
    );
  }
  const isSignedIn = principal.kind === 'known';
  return (
    (isSignedIn && opensByToken(principal, resource)) ||
    opensWithoutToken(asked, resource, view, options, isSignedIn)
  );
}

t.test('a request is forwarded exactly where the words grant it', async (t) => {
  const forwarded = { yes: 0, no: 0 };
  fc.assert(
    fc.property(questions, ({ asked, view, options }) => {
      const isForwarded = decide(asked, view, options, f.NOW).outcome === 'forward';
      forwarded[isForwarded ? 'yes' : 'no'] += 1;
      return isForwarded === mayHaveGrant(asked, view, options);
    }),
    { numRuns: 40_000 },
  );
  t.ok(Math.min(forwarded.yes, forwarded.no) > 5_000, `both often: ${JSON.stringify(forwarded)}`);
});
