import t from 'tap';
import { createAuthorize } from '../../src/access/authorize.ts';
import type { Answer } from '../../src/access/question.ts';
import type { Rules } from '../../src/access/rules.ts';
import { createVerifier } from '../../src/identity/verifier.ts';
import { defaultJwks } from '../../src/identity/options.ts';
import type { PolicyView } from '../../src/policy/policy.ts';
import { compileTrust } from '../../src/reading/forwarded.ts';
import { compileRoutes } from '../../src/reading/route.ts';
import type { Principal } from '../../src/policy/principal.ts';
import * as f from '../policy/facts.ts';
import { bearer, from, member, staff, told, world } from './scene.ts';

t.test('explain asks the same function, as anybody from anywhere', async (t) => {
  const ask = world();
  const as = await ask('/transcripts/a/1', [], { as: f.member('a'), trace: true });
  t.equal(told(as), 'forward bot-access');
  const listed = await ask('/transcripts/a/1', [], { from: f.inBot, trace: true });
  t.equal(told(listed), 'forward whitelisted-bot');
  const steps = (answer: Answer): string =>
    (answer.steps ?? []).map(({ step, result }) => `${step}: ${result}`).join('\n');
  t.match(
    steps(listed),
    /client IP: 203\.0\.113\.7[^]*whitelist: forward: whitelisted-bot by range 000000000000000a of bot:a/,
  );
  const hops = steps(await ask('/transcripts/a/1', from('192.0.2.1'), { trace: true }));
  t.match(
    hops,
    /hop: 10\.0\.0\.1 \(peer\): trusted proxy\nhop: 192\.0\.2\.1 \(x-forwarded-for\): not trusted/,
  );
  for (const [target, how, expected] of [
    ['/about', {}, /target: not guarded/],
    ['/history', {}, /target: unresolved/],
    ['/a\\b', {}, /target: ambiguous/],
    [
      '/contacts/u1/conversations',
      { as: f.refused('token-invalid') },
      /contact u1[^]*never opened by an address[^]*the token is refused/,
    ],
    ['/transcripts/a/1', { as: f.maybe('bearer') }, /not known now: keys-unavailable/],
  ] as const)
    t.match(steps(await ask(target, [], { ...how, trace: true })), expected, target);
  const unknown = await world({ trust: undefined as never, view: f.unloaded })(
    '/transcripts/a/1',
    from('1.2.3.4'),
    { trace: true },
  );
  t.match(steps(unknown), /policy: not known: not-loaded/);
  t.match(steps(await world({ mode: 'report' })('/transcripts/a/1', [], { trace: true })), /reported only/);
  t.equal(
    told(await ask('/transcripts/a/1', bearer(member), { atMs: Date.now() + 3_600_000 })),
    'login token-expired',
    'at another time',
  );
});

t.test('explain says in words whom and what it is about', async (t) => {
  const { policy } = f.policy();
  const view: PolicyView = { known: true, policy, staleSeconds: 0 };
  const rules = (members: 'token' | 'platform', otherPaths: 'guard' | 'forward'): Rules => ({
    routes: compileRoutes(
      [
        { path: '/transcripts/:botId/:conversationId', methods: ['GET'], members },
        { path: '/contacts/:contactId/conversations', bot: 'a', whitelist: false },
        { path: '/files', kind: 'file', bot: 'any' },
        { path: '/cable', kind: 'socket' },
      ],
      { otherPaths },
    ),
    trust: compileTrust({ cidrs: [], source: 'x-forwarded-for' }),
    identity: createVerifier(
      { issuers: [staff], clockToleranceSeconds: 30, jwks: defaultJwks, cacheEntries: 100 },
      { log: { info() {}, warn() {} } },
    ),
    options: { otherPaths, canLogIn: true, defaults: { mode: 'enforce', requireLogin: false } },
  });
  const many = Array.from({ length: 60 }, (_, index) => `b${index}`);
  const rows: readonly (readonly [target: string, as: Principal, said: RegExp, method?: string])[] = [
    ['/transcripts/a/1', f.memberOfAll, /member of every bot/],
    ['/transcripts/a/1', f.member(...many), /b49 and 10 more/],
    ['/transcripts/a/1', f.contact(undefined, 'c1', 'c2'), /contact of conversations c1, c2/],
    ['/contacts/u1/conversations', f.contact('u1'), /contact u1 \(route .*never opened by an address\)/],
    ['/transcripts/a/1', f.admin, /super admin/],
    [
      '/transcripts/a/1',
      { ...f.admin, admin: { superAdmin: false, ownedBots: new Set(['a']) } },
      /admin of a/,
    ],
    ['/transcripts/a/1', { ...f.member('a'), session: 'agents' }, /person of session agents/],
    ['/transcripts/a/1', { ...f.member('a'), member: { bots: new Set() } }, /no grant|member of/],
    [
      '/transcripts/a/1',
      { kind: 'refused', reason: 'token-invalid', cause: 'no-exp' },
      /no-exp: it has no exp/,
    ],
    ['/transcripts/a/1', f.member('a'), /list GET, HEAD only/, 'POST'],
    ['/elsewhere', f.member('a'), /of no one bot.*the platform list/],
    ['/files/1', f.member('a'), /of no one bot.*on a list \(route \/files\)/],
    ['/cable', f.member('a'), /of no one bot.*the platform list \(route \/cable\)/],
  ];
  for (const [target, as, said, method = 'GET'] of rows) {
    const authorize = createAuthorize({
      rules: () => rules('token', 'guard'),
      policy: () => view,
      now: () => f.NOW,
    });
    const question = {
      method,
      target,
      headers: ['Host', 'c.example'],
      peer: { address: '192.0.2.1' },
      upgrade: false,
    };
    const { steps = [] } = await authorize(question, { as, trace: true });
    t.match(steps.map(({ result }) => result).join('\n'), said, `${target} ${said.source}`);
  }
});
