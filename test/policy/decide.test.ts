import t from 'tap';
import { decide } from '../../src/policy/decide.ts';
import { settingsFor } from '../../src/policy/policy.ts';
import type { Principal } from '../../src/policy/principal.ts';
import * as f from './facts.ts';
import { contact, maybe, member, nobody, policy, refused, rows } from './decide-rows.ts';

t.test('the decision table', async (t) => {
  for (const [name, over, expected, view = policy(), options = f.options] of rows) {
    const decision = decide(f.asked(over), view, options, f.NOW);
    const range = decision.outcome === 'forward' && decision.range;
    const text = [decision.outcome, decision.reason, ...(range ? [range.scope, range.id] : [])].join(' ');
    t.equal(text, expected, name);
  }
});

const principals: Principal[] = [
  nobody(),
  nobody('session-expired'),
  refused('token-invalid'),
  member('a'),
  member('b'),
  f.memberOfAll,
  f.admin,
  f.limitedTo(f.memberOfAll, 'b'),
  contact('u1'),
  contact('u2', 'c1'),
  contact(undefined, 'c2'),
  maybe('cookie', member('a'), nobody('session-invalid')),
  maybe('bearer', f.memberOfAll),
];
// prettier-ignore
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
