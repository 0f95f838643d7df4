import fc from 'fast-check';
import t from 'tap';
import { decide, type DecideOptions, type DecisionInput } from '../../src/policy/decide.ts';
import type { PolicyView } from '../../src/policy/policy.ts';
import type { Known } from '../../src/policy/principal.ts';
import type { Resource } from '../../src/policy/resource.ts';
import * as f from './facts.ts';
import { isLeft, questions } from './questions.ts';

const { policy } = f;

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
