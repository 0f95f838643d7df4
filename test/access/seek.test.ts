import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createNarrator } from '../../src/access/narrator.ts';
import type { Rules } from '../../src/access/rules.ts';
import { seekBot } from '../../src/access/seek.ts';
import { createLookups } from '../../src/lookups/index.ts';
import type { ClientIp } from '../../src/policy/client-ip.ts';
import type { PolicyView, ScopePolicy } from '../../src/policy/policy.ts';
import type { Principal } from '../../src/policy/principal.ts';
import type { Resource } from '../../src/policy/resource.ts';
import type { Scope } from '../../src/policy/reason.ts';
import { compile, EMPTY, NEVER } from '../../src/policy/whitelist.ts';

const dir = t.testdir();
const file = join(dir, 'chats.json');
writeFileSync(file, '{"17":{"bot":"Support","user":"c-1"},"18":{"bot":"sales"}}');
const chats = {
  ...{ name: 'chats', bot: 'bot', contact: 'user', botNames: {} },
  ...{ cacheSeconds: 300, missSeconds: 5, timeoutMs: 500 },
  source: { kind: 'file', path: file } as const,
};
const away = { ...chats, name: 'away', source: { kind: 'file', path: join(dir, 'none.json') } as const };
const quiet = { warn: () => undefined, info: () => undefined };
const lookups = createLookups(
  { lookups: [chats, away], strangerChecksPerMinute: 0, cacheEntries: 100 },
  { log: quiet, readHash: undefined },
);
t.teardown(() => lookups.close());

const route = { path: '/chat/:conversationId', whitelist: true };
const sought = (conversation: string, lookup = 'chats'): Resource => ({
  ...{ kind: 'sought' as const, lookup, conversation, route },
});
const listed: ScopePolicy = {
  enabled: true,
  whitelist: compile([{ id: '1'.padStart(16, '0'), start: 0xcb007107, end: 0xcb007107, until: NEVER }]),
};
const view = (scope?: ScopePolicy): PolicyView => {
  const scopes = new Map<Scope, ScopePolicy>(scope === undefined ? [] : [['bot:other', scope]]);
  return { known: true, staleSeconds: 0, policy: { revision: 1, scopes, revocations: 'unknown' } };
};
const office: ClientIp = { status: 'ipv4', address: '203.0.113.7', value: 0xcb007107 };
const elsewhere: ClientIp = { status: 'ipv4', address: '192.0.2.1', value: 0xc0000201 };
const stranger: Principal = { kind: 'anonymous', reason: 'no-credential' };
const refused: Principal = { kind: 'refused', reason: 'token-invalid' };
const known: Principal = {
  ...{ kind: 'known', via: 'bearer', issuer: 'staff', subject: 'kim', expiresAtMs: NEVER, issuerBots: 'all' },
};

interface Seeks {
  readonly principal?: Principal;
  readonly client?: ClientIp;
  readonly view?: PolicyView;
  readonly foldsBotIds?: boolean;
  readonly lookups?: Rules['lookups'];
  readonly isExplained?: boolean;
  readonly mode?: 'enforce' | 'report';
}

async function seek(resource: Resource, more: Seeks = {}) {
  const narrator = createNarrator();
  // What a lookup needs of the rules.
  const rules = {
    lookups: 'lookups' in more ? more.lookups : lookups,
    routes: { foldsBotIds: more.foldsBotIds },
    options: { defaults: { mode: more.mode ?? 'enforce', requireLogin: false } },
  };
  const found = await seekBot(resource, {
    ...{ principal: known, client: elsewhere, view: view(), nowMs: 0, ...more },
    rules: rules as unknown as Rules,
    trace: more.isExplained === false ? undefined : narrator.lookup,
  });
  return { found, said: narrator.steps.map(({ result, scope }) => `${result}${scope ? ` [${scope}]` : ''}`) };
}

t.test('the bot that a lookup has', async (t) => {
  const other: Resource = { kind: 'other', open: false };
  t.equal((await seek(other)).found, other, 'what needs none stays as it is');
  const { found, said } = await seek(sought('17'));
  t.same(found, { kind: 'transcript', bot: 'Support', holder: 'c-1', conversations: ['17'], route });
  t.same(said, ['chats: the conversation is of bot Support, contact c-1 [bot:Support]']);
  t.match((await seek(sought('17'), { foldsBotIds: true })).found, { bot: 'support' });
  const withContact = { ...sought('18'), contact: 'c-9' } as Resource;
  t.match((await seek(withContact)).found, { kind: 'transcript', bot: 'sales', contact: 'c-9' });
});

t.test('no bot', async (t) => {
  const missing = await seek(sought('99'));
  t.match(missing.found, { kind: 'sought', without: 'missing' });
  t.same(missing.said, ['chats: knows no such conversation']);
  const gone = await seek(sought('17', 'away'));
  t.match(gone.found, { kind: 'sought', without: 'unavailable' });
  t.match(gone.said[0], /^away: does not answer: .*none\.json cannot be read: ENOENT/);
  t.match((await seek(sought('17', 'others'))).said[0], /no lookup is named others/);
  t.match((await seek(sought('17'), { lookups: undefined })).said[0], /no lookup is configured/);
});

t.test('for whom it is looked up', async (t) => {
  const asked = async (more: Seeks): Promise<boolean> =>
    (await seek(sought('17'), { ...more, isExplained: false })).found.kind === 'transcript';
  const explained = await seek(sought('17'), { principal: stranger });
  t.match(explained.said[0], /is of bot Support/, 'explained, for everybody');
  t.notOk(await asked({ principal: stranger }), 'not for a stranger whom nothing could let in');
  t.notOk(await asked({ principal: refused, client: office, view: view(listed) }), 'nor for a bad bearer');
  t.ok(await asked({ principal: stranger, client: office, view: view(listed) }), 'from a listed address');
  t.notOk(await asked({ principal: stranger, client: office, view: view({ ...listed, enabled: false }) }));
  t.notOk(await asked({ principal: stranger, client: elsewhere, view: view(listed) }));
  const ipv6: ClientIp = { status: 'ipv6', address: '2001:db8::1' };
  t.notOk(await asked({ principal: stranger, client: ipv6, view: view(listed) }));
  const open = { enabled: false, whitelist: EMPTY, whenOff: 'anyone' } as const;
  t.ok(await asked({ principal: stranger, view: view(open) }), 'where some link is enough');
  t.ok(await asked({ principal: { ...stranger, brings: 'desk' } }), 'who brings a session');
  t.ok(await asked({ principal: stranger, view: { known: false, why: 'stale' } }), 'the policy is not known');
  const reported = { enabled: false, whitelist: EMPTY, mode: 'report' } as const;
  for (const principal of [stranger, refused]) {
    t.ok(await asked({ principal, view: view(reported) }), 'some bot is only reported: it could be of that');
    t.ok(await asked({ principal, mode: 'report', view: view({ ...reported, mode: 'enforce' }) }));
    t.notOk(await asked({ principal, mode: 'report', view: view(reported) }), 'all are: nobody is refused');
  }
  const nobody: ClientIp = { status: 'unknown', why: 'a header' };
  t.ok(await asked({ client: nobody }), 'somebody known from anywhere');
});
