import t from 'tap';
import { decide, type DecisionInput, type DecideOptions } from '../../src/policy/decide.ts';
import { settingsFor, type PolicyView } from '../../src/policy/policy.ts';
import type { Principal } from '../../src/policy/principal.ts';
import type { Resource } from '../../src/policy/resource.ts';
import * as f from './facts.ts';

const brings = <P extends object>(principal: P): P & { brings: string } => ({ ...principal, brings: 'desk' });
const unsure = {
  kind: 'undetermined',
  via: 'cookie',
  reason: 'sessions-unavailable',
  possible: [f.nobody(), f.memberOfAll],
} as const;

type Row = [
  name: string,
  asked: Partial<DecisionInput>,
  expected: string,
  view?: PolicyView,
  options?: DecideOptions,
];

const { policy, member, contact, nobody, refused, maybe } = f;
const anyone = policy({ enabled: false, whenOff: 'anyone' }, { enabled: false });

/** Every line of the table, and each pair of neighbours where both could apply: the earlier one wins. */
const rows: Row[] = [
  ['0 preflight of a guarded target', { preflight: true }, 'forward preflight'],
  ['0 preflight of an unresolved one', { preflight: true, resource: f.unresolved }, 'forward preflight'],
  [
    '0 before 4: whatever it carries',
    { preflight: true, principal: refused('token-invalid') },
    'forward preflight',
  ],
  ['0 not for what cannot be read', { preflight: true, resource: f.ambiguous }, 'deny path-ambiguous'],
  [
    '0 not for what is not guarded',
    { preflight: true, resource: f.other },
    'deny not-open',
    policy(),
    f.rejecting,
  ],
  ['1 ambiguous', { resource: f.ambiguous }, 'deny path-ambiguous'],
  [
    '1 ambiguous to a member of all',
    { resource: f.ambiguous, principal: f.memberOfAll },
    'deny path-ambiguous',
  ],
  ['1 ambiguous to a listed address', { resource: f.ambiguous, client: f.inBot }, 'deny path-ambiguous'],
  ['2 other', { resource: f.other }, 'forward not-guarded'],
  ['2 other, rejecting', { resource: f.other }, 'deny not-open', policy(), f.rejecting],
  ['2 open, rejecting', { resource: f.open }, 'forward not-guarded', policy(), f.rejecting],
  ['2 before 4', { resource: f.other, principal: refused('token-expired') }, 'forward not-guarded'],
  ['3 unresolved', { resource: f.unresolved }, 'deny bot-unresolved'],
  [
    '3 unresolved to a listed address',
    { resource: f.unresolved, client: f.inPlatform },
    'deny bot-unresolved',
  ],
  ['3 before 4', { resource: f.unresolved, principal: refused('token-invalid') }, 'deny bot-unresolved'],
  ['4 invalid', { principal: refused('token-invalid') }, 'login token-invalid'],
  ['4 expired', { principal: refused('token-expired') }, 'login token-expired'],
  ['4 revoked', { principal: refused('token-revoked') }, 'login token-revoked'],
  ['4 foreign', { principal: refused('token-foreign') }, 'login token-foreign'],
  ['4 before 7', { principal: refused('token-invalid'), client: f.inBot }, 'login token-invalid'],
  ['4 before 8', { principal: refused('token-invalid') }, 'login token-invalid', f.unloaded],
  ['4 before 9', { principal: refused('token-invalid') }, 'login token-invalid', anyone],
  ['5 member of the bot', { principal: member('a') }, 'forward bot-access'],
  ['5 member of all', { principal: f.memberOfAll }, 'forward bot-access'],
  [
    '5 before 6',
    {
      principal: {
        ...member('a'),
        ...contact('u1', 'c1'),
        member: member('a').member ?? { bots: new Set<string>() },
      },
    },
    'forward bot-access',
  ],
  ['5 before 7', { principal: member('a'), client: f.inBot }, 'forward bot-access'],
  ['5 without a policy', { principal: member('a') }, 'forward bot-access', f.unloaded],
  ['5 with a stale one', { principal: member('a') }, 'forward bot-access', f.stale],
  ['5 of another bot', { principal: member('b') }, 'deny no-access'],
  ['5 of a longer bot', { principal: member('aa') }, 'deny no-access'],
  ['5 of another case', { principal: member('A') }, 'deny no-access'],
  ['5 the issuer may not speak of it', { principal: f.limitedTo(f.memberOfAll, 'b') }, 'deny no-access'],
  ['5 the issuer may', { principal: f.limitedTo(f.memberOfAll, 'a') }, 'forward bot-access'],
  ['5 managing is not reading', { principal: f.admin }, 'deny no-access'],
  ['6 contact', { principal: contact('u1'), resource: f.ofContact }, 'forward own-history'],
  ['6 another contact', { principal: contact('u2'), resource: f.ofContact }, 'deny no-access'],
  [
    '6 contact without an id',
    { principal: contact(undefined, 'c1'), resource: f.ofContact },
    'deny no-access',
  ],
  ['6 conversation', { principal: contact('u1', 'c1') }, 'forward own-history'],
  ['6 conversation alone', { principal: contact(undefined, 'c1') }, 'forward own-history'],
  ['6 another conversation', { principal: contact('u1', 'c2') }, 'deny no-access'],
  [
    '6 in every reading',
    {
      principal: contact('u1', 'c1'),
      resource: { ...f.transcript, conversations: ['c1', 'c2'] } as Resource,
    },
    'deny no-access',
  ],
  [
    '6 a route that names neither',
    { principal: contact('u1', 'c1'), resource: { ...f.transcript, conversations: [] } as Resource },
    'deny no-access',
  ],
  ['6 both match', { principal: contact('u1', 'c1'), resource: f.ofBoth }, 'forward own-history'],
  ['6 only the contact matches', { principal: contact('u1', 'c2'), resource: f.ofBoth }, 'deny no-access'],
  [
    '6 only the conversation matches',
    { principal: contact('u2', 'c1'), resource: f.ofBoth },
    'deny no-access',
  ],
  [
    '6 the issuer does not cover the bot',
    { principal: f.limitedTo(contact('u1'), 'b'), resource: f.ofContact },
    'deny no-access',
  ],
  ['6 before 7', { principal: contact('u1', 'c1'), client: f.inBot }, 'forward own-history'],
  ['6 without a policy', { principal: contact('u1', 'c1') }, 'forward own-history', f.unloaded],
  ['7 bot list', { client: f.inBot }, 'forward whitelisted-bot bot:a 000000000000000a'],
  ['7 platform list', { client: f.inPlatform }, 'forward whitelisted-platform platform 00000000000000ff'],
  [
    '7 signed in without access',
    { client: f.inBot, principal: member('b') },
    'forward whitelisted-bot bot:a 000000000000000a',
  ],
  [
    '7 an expired cookie',
    { client: f.inBot, principal: nobody('session-expired') },
    'forward whitelisted-bot bot:a 000000000000000a',
  ],
  ['7 bot list off', { client: f.inBot }, 'login no-credential', policy({ enabled: false })],
  ['7 platform list off', { client: f.inPlatform }, 'login no-credential', policy({}, { enabled: false })],
  [
    '7 opted out of the platform',
    { client: f.inPlatform },
    'login no-credential',
    policy({ inheritPlatform: false }),
  ],
  [
    '7 opting out leaves its own',
    { client: f.inBot },
    'forward whitelisted-bot bot:a 000000000000000a',
    policy({ inheritPlatform: false }),
  ],
  [
    '7 another bot, platform list',
    { client: f.inPlatform, resource: { ...f.transcript, bot: 'b' } as Resource },
    'forward whitelisted-platform platform 00000000000000ff',
  ],
  [
    '7 another bot, bot list',
    { client: f.inBot, resource: { ...f.transcript, bot: 'b' } as Resource },
    'login no-credential',
  ],
  [
    '7 a route that no address opens',
    { client: f.inBot, resource: f.closedTranscript },
    'login no-credential',
  ],
  ['7 require login, anonymous', { client: f.inBot }, 'login no-credential', policy({ requireLogin: true })],
  [
    '7 require login, signed in',
    { client: f.inBot, principal: member('b') },
    'forward whitelisted-bot bot:a 000000000000000a',
    policy({ requireLogin: true }),
  ],
  [
    '7 require login by the platform',
    { client: f.inBot },
    'login no-credential',
    policy({}, { requireLogin: true }),
  ],
  [
    '7 the bot asks for less than the platform',
    { client: f.inBot },
    'forward whitelisted-bot bot:a 000000000000000a',
    policy({ requireLogin: false }, { requireLogin: true }),
  ],
  [
    '7 require login by default',
    { client: f.inBot },
    'login no-credential',
    policy(),
    { ...f.options, defaults: { mode: 'enforce', requireLogin: true } },
  ],
  ['7 IPv6', { client: f.ipv6 }, 'login no-credential'],
  ['7 unknown address', { client: f.unknown }, 'login no-credential'],
  ['7 expired range', { client: f.inBot }, 'login no-credential', policy({}, {}, f.NOW / 1000)],
  [
    '7 a second before it expires',
    { client: f.inBot },
    'forward whitelisted-bot bot:a 000000000000000a',
    policy({}, {}, f.NOW / 1000 + 1),
  ],
  ['8 no policy', {}, 'unavailable policy-unavailable', f.unloaded],
  ['8 stale policy, listed address', { client: f.inBot }, 'unavailable policy-unavailable', f.stale],
  ['8 signed in, no policy', { principal: member('b') }, 'unavailable policy-unavailable', f.unloaded],
  [
    '8 no policy, where no address counts',
    { resource: f.closedTranscript },
    'login no-credential',
    f.unloaded,
  ],
  [
    '8 the same, signed in',
    { resource: f.closedTranscript, principal: member('b') },
    'deny no-access',
    f.unloaded,
  ],
  ['8 bearer without keys', { principal: maybe('bearer', member('a')) }, 'unavailable keys-unavailable'],
  [
    '8 before 7: bearer without keys, listed',
    { principal: maybe('bearer', member('a')), client: f.inBot },
    'unavailable keys-unavailable',
  ],
  [
    '8 cookie without keys: member or nobody',
    { principal: maybe('cookie', nobody('session-invalid'), member('a')) },
    'unavailable keys-unavailable',
  ],
  [
    '8 cookie without keys, listed: either way in',
    { principal: maybe('cookie', member('a'), nobody('session-invalid')), client: f.inBot },
    'forward whitelisted-bot bot:a 000000000000000a',
  ],
  [
    '8 cookie without keys: nobody or no access',
    { principal: maybe('cookie', nobody('session-invalid'), member('b')) },
    'unavailable keys-unavailable',
  ],
  [
    '8 cookie without keys: nobody either way',
    { principal: maybe('cookie', nobody('session-revoked'), nobody('session-expired')) },
    'login session-revoked',
  ],
  ['9 open link', {}, 'forward open-link', anyone],
  ['9 signed in without access', { principal: member('b') }, 'forward open-link', anyone],
  [
    '9 by the platform',
    {},
    'forward open-link',
    policy({ enabled: false }, { enabled: false, whenOff: 'anyone' }),
  ],
  [
    '9 the bot says members',
    {},
    'login no-credential',
    policy({ enabled: false, whenOff: 'members' }, { enabled: false, whenOff: 'anyone' }),
  ],
  ['9 the bot list is on', {}, 'login no-credential', policy({ whenOff: 'anyone' }, { enabled: false })],
  ['9 the platform list is on', {}, 'login no-credential', policy({ enabled: false, whenOff: 'anyone' })],
  [
    '9 the platform list is on, opted out',
    {},
    'forward open-link',
    policy({ enabled: false, whenOff: 'anyone', inheritPlatform: false }),
  ],
  ['9 a route that no address opens', { resource: f.closedTranscript }, 'login no-credential', anyone],
  ['9 an empty store is closed', {}, 'login no-credential', f.empty],
  ['10 signed in', { principal: member('b') }, 'deny no-access'],
  ['10 contact', { principal: contact('u2', 'c2') }, 'deny no-access'],
  ['11 nobody', {}, 'login no-credential'],
  ['11 ended', { principal: nobody('session-ended') }, 'login session-ended'],
  [
    'delegated: a session is left to the platform',
    { resource: f.delegated, principal: brings(nobody()), delegation: 'proven' },
    'forward platform-decides',
  ],
  [
    'delegated: before 8, a session that is not known',
    { resource: f.delegated, principal: brings(unsure), delegation: 'proven' },
    'forward platform-decides',
  ],
  [
    'delegated: without a policy',
    { resource: f.delegated, principal: brings(nobody()), delegation: 'proven' },
    'forward platform-decides',
    f.unloaded,
  ],
  [
    'delegated: after 5',
    { resource: f.delegated, principal: brings(member('a')), delegation: 'proven' },
    'forward bot-access',
  ],
  [
    'delegated: a refused bearer brings nothing',
    { resource: f.delegated, principal: refused('token-invalid') },
    'login token-invalid',
  ],
  ['delegated: a stranger is asked to log in', { resource: f.delegated }, 'login no-credential'],
  [
    'delegated: a token without a session is no session',
    { resource: f.delegated, principal: member('b') },
    'deny no-access',
  ],
  [
    'delegated: an address opens it too',
    { resource: f.delegated, client: f.inBot },
    'forward whitelisted-bot bot:a 000000000000000a',
  ],
  [
    'delegated: shut where the platform is open',
    { resource: f.delegated, principal: brings(nobody()), delegation: 'open' },
    'unavailable platform-unproven',
  ],
  [
    'delegated: shut where nothing was seen',
    { resource: f.delegated, principal: brings(nobody()) },
    'unavailable platform-unproven',
  ],
  [
    'delegated: shut, an address opens it still',
    { resource: f.delegated, principal: brings(nobody()), delegation: 'open', client: f.inBot },
    'forward whitelisted-bot bot:a 000000000000000a',
  ],
  ['not delegated: a session alone opens nothing', { principal: brings(nobody()) }, 'login no-credential'],
  ['11 expired', { principal: nobody('session-expired') }, 'login session-expired'],
  ['11 revoked', { principal: nobody('session-revoked') }, 'login session-revoked'],
  ['11 invalid', { principal: nobody('session-invalid') }, 'login session-invalid'],
  ['11 where nobody can log in', {}, 'deny no-access', policy(), f.whitelistOnly],
];

t.test('the decision table', async (t) => {
  for (const [name, over, expected, view = policy(), options = f.options] of rows) {
    const decision = decide(f.asked(over), view, options, f.NOW);
    const range = decision.outcome === 'forward' && decision.range;
    const text = [decision.outcome, decision.reason, ...(range ? [range.scope, range.id] : [])].join(' ');
    t.equal(text, expected, name);
  }
});

const principals: Principal[] = [
  nobody(), nobody('session-expired'), refused('token-invalid'), member('a'), member('b'), f.memberOfAll, f.admin,
  f.limitedTo(f.memberOfAll, 'b'), contact('u1'), contact('u2', 'c1'), contact(undefined, 'c2'),
  maybe('cookie', member('a'), nobody('session-invalid')), maybe('bearer', f.memberOfAll),
]; // prettier-ignore
const resources = [
  f.transcript,
  f.closedTranscript,
  f.ofContact,
  f.ofBoth,
  f.unresolved,
  f.ambiguous,
  f.other,
  f.open,
];
const clients = [f.inBot, f.inPlatform, f.elsewhere, f.ipv6, f.unknown];
t.test('what cannot be known is unavailable exactly where its values would differ', async () => {
  const settings = [true, false].flatMap((enabled) =>
    (['members', 'anyone'] as const).flatMap((whenOff) =>
      [true, false].map((requireLogin) => ({ enabled, whenOff, requireLogin })),
    ),
  );
  const worlds = settings.flatMap((bot) => settings.map((platform) => policy(bot, platform)));
  for (const resource of resources) {
    for (const principal of principals) {
      if (principal.kind === 'undetermined') continue;
      const outcomes = new Set(
        worlds.flatMap((view) =>
          clients.map(
            (client) => decide(f.asked({ resource, principal, client }), view, f.options, f.NOW).outcome,
          ),
        ),
      );
      const { outcome } = decide(f.asked({ resource, principal }), f.unloaded, f.options, f.NOW);
      t.equal(outcome === 'unavailable', outcomes.size > 1, `${JSON.stringify(resource)} ${principal.kind}`);
    }
  }
});

t.test('explain walks the same lines', async (t) => {
  const lines: string[] = [];
  const decision = decide(f.asked({ client: f.inBot }), policy(), f.options, f.NOW, (name, at) =>
    lines.push(`${name}: ${at?.reason ?? '-'}`),
  );
  t.equal(decision.reason, 'whitelisted-bot');
  t.same(lines, [
    'preflight: -',
    'bearer: -',
    'keys and revocations: -',
    'bot access: -',
    'own history: -',
    'platform decides: -',
    'policy: -',
    'whitelist: whitelisted-bot',
  ]);
});

t.test(
  'settings come from the bot, else the platform, else the defaults; an unknown policy enforces',
  async (t) => {
    const defaults = { mode: 'report', requireLogin: true } as const;
    t.same(settingsFor(f.empty, defaults, 'a'), {
      mode: 'report',
      whenOff: 'members',
      requireLogin: true,
      inheritPlatform: true,
    });
    t.equal(settingsFor(f.unloaded, defaults, 'a').mode, 'enforce');
    t.equal(settingsFor(policy({}, { mode: 'enforce' }), defaults, 'a').mode, 'enforce');
    t.equal(settingsFor(policy({ mode: 'report' }, { mode: 'enforce' }), defaults, 'a').mode, 'report');
    t.equal(
      settingsFor(policy({ mode: 'report' }, { mode: 'enforce' }), defaults).mode,
      'enforce',
      'what has no bot goes by the platform',
    );
    const watched = policy({ mode: 'report' }, { mode: 'enforce' }).policy;
    const old = { known: false, why: 'stale', policy: watched } as const;
    t.equal(settingsFor(old, defaults, 'a').mode, 'report', 'the mode of the last good policy holds');
    t.equal(settingsFor(old, defaults, 'b').mode, 'enforce');
    t.equal(
      settingsFor({ ...old, policy: policy({ whenOff: 'anyone' }).policy }, defaults, 'a').whenOff,
      'members',
    );
  },
);
