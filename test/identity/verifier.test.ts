import t from 'tap';
import { createBudget } from '../../src/identity/budget.ts';
import { checkIdentity } from '../../src/identity/check.ts';
import type { ClaimPaths, IssuerOptions, KeyOptions } from '../../src/identity/options.ts';
import { createVerifier } from '../../src/identity/verifier.ts';
import type { Known } from '../../src/policy/principal.ts';
import { createSigner, newPair, publicSigner, seconds } from '../support/tokens.ts';
import {
  bearer,
  claims,
  cookies,
  issuer,
  ISS,
  options,
  publicOf,
  quiet,
  secretOf,
  signers,
  word,
} from './scene.ts';

const { hs, rs, es } = signers;
const keys = [secretOf(hs)];
const every = ['member', 'contact', 'admin'] as const;

/** What a token of these claims grants at an issuer with these changes. */
async function granted(more: object, changes: Partial<IssuerOptions> = {}): Promise<object> {
  const verifier = createVerifier(options([issuer({ keys, grants: every, ...changes })]), { log: quiet });
  const principal = await bearer(verifier, hs.sign(claims({ bots: undefined, ...more })));
  if (principal.kind !== 'known') return { refused: word(principal) };
  const { member, contact, admin } = principal;
  return plain({
    ...(member && { bots: member.bots }),
    ...(contact && { contact: contact.id, conversations: contact.conversations }),
    ...(admin && { superAdmin: admin.superAdmin, owned: admin.ownedBots }),
  });
}

function plain(value: object): object {
  const entries = Object.entries(value).map(([key, item]) => [key, item instanceof Set ? [...item] : item]);
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined)) as object;
}

type Row = readonly [name: string, claims: object, expected: object, changes?: Partial<IssuerOptions>];
const nothing = {};
const named = (claims: Partial<ClaimPaths>): Partial<IssuerOptions> => ({
  claims: { ...issuer().claims, ...claims },
});
const dotted = (bots: string): Partial<IssuerOptions> => named({ bots });
const scoped = (name: string): Partial<IssuerOptions> => named({ bots: name, scope: name });
const idAt = (path: string): Partial<IssuerOptions> => ({ claims: { ...issuer().claims, contact: path } });

const members: Row[] = [
  ['a list', { bots: ['a', 'b'] }, { bots: ['a', 'b'] }],
  ['one string is the only entry', { bots: 'a' }, { bots: ['a'] }],
  ['a string is no words: a group called "support team"', { bots: 'support team' }, nothing],
  ['spaces around a string are its own', { bots: ' a ' }, nothing],
  ['words of the claim that is the scope', { scp: 'a b' }, { bots: ['a', 'b'] }, scoped('scp')],
  ['words and many spaces', { scp: '  a   b ' }, { bots: ['a', 'b'] }, scoped('scp')],
  ['a tab does not part words', { scp: 'a\tb c' }, { bots: ['c'] }, scoped('scp')],
  ['a scope as a list has whole entries', { scp: ['a b', 'c'] }, { bots: ['c'] }, scoped('scp')],
  ['a scope that no other claim names', { scope: 'a' }, nothing, named({ scope: 'scope' })],
  ['an entry is one id, never words', { bots: ['a b', 'c'] }, { bots: ['c'] }],
  ['commas do not part words', { bots: 'a,b' }, nothing],
  ['no brackets in words', { bots: '["a"]' }, nothing],
  ['absent', {}, nothing],
  ['null', { bots: null }, nothing],
  ['a number', { bots: 1 }, nothing],
  ['true', { bots: true }, nothing],
  ['an object', { bots: { a: true } }, nothing],
  ['an object like a list', { bots: { 0: 'a', length: 1 } }, nothing],
  ['a list with a number grants nothing', { bots: ['a', 1] }, nothing],
  ['a list with null grants nothing', { bots: ['a', null] }, nothing],
  ['a list in a list', { bots: [['a']] }, nothing],
  ['an empty list', { bots: [] }, nothing],
  ['empty entries', { bots: ['', 'a'] }, { bots: ['a'] }],
  ['a star means nothing by itself', { bots: ['*'] }, nothing],
  ['the entry for every bot', { bots: ['*'] }, { bots: 'all' }, { allBots: '*' }],
  ['the entry for every bot among words', { bots: 'a *' }, nothing, { allBots: '*' }],
  ['the entry for every bot inside another', { bots: ['a*', '**'] }, nothing, { allBots: '*' }],
  ['the entry for every bot in other letters', { bots: ['ALL'] }, { bots: ['ALL'] }, { allBots: 'all' }],
  ['every bot of an issuer with a list', { bots: ['*'] }, { bots: ['a'] }, { allBots: '*', bots: ['a'] }],
  ['a bot that the issuer may not name', { bots: ['a', 'b'] }, { bots: ['a'] }, { bots: ['a'] }],
  ['an issuer of no bots', { bots: ['a'] }, nothing, { bots: [] }],
  ['without the grant', { bots: ['a'] }, nothing, { grants: ['contact', 'admin'] }],
  ['ids keep their letters', { bots: ['A', 'a'] }, { bots: ['A', 'a'] }],
  ["the issuer's list is compared exactly", { bots: ['A', 'a1', 'a '] }, nothing, { bots: ['a'] }],
  [
    'what cannot be a bot id',
    { bots: ['.a', 'a/b', 'a%2Fb', 'a@b', 'ä', 'x'.repeat(129), '..', '*'] },
    nothing,
  ],
  [
    'prototype names are ids like others',
    { bots: ['__proto__', 'constructor'] },
    { bots: ['__proto__', 'constructor'] },
  ],
  ['another claim', { Bots: ['a'], bot: ['a'], 'bots ': ['a'] }, nothing],
  ['a dotted path', { x: { y: ['a'] } }, { bots: ['a'] }, dotted('x.y')],
  [
    'a name with dots',
    { 'https://x.example/bots': ['a'] },
    { bots: ['a'] },
    dotted('https://x.example/bots'),
  ],
  ['dotted steps with hyphens', { r: { 'a-b': { x: ['a'] } } }, { bots: ['a'] }, dotted('r.a-b.x')],
  [
    'steps below a name with dots',
    { 'https://x.example/app': { bots: ['a'] } },
    { bots: ['a'] },
    dotted('"https://x.example/app".bots'),
  ],
  [
    'prefixes cut',
    { g: ['bot-a-r', 'b'] },
    { bots: ['a'] },
    dotted("g[?starts_with(@, 'bot-')] | map(&replace(replace(@, 'bot-', ''), '-r', ''), @)"),
  ],
  ['comma-separated', { g: 'a,b' }, { bots: ['a', 'b'] }, dotted("split(g, ',')")],
  ['keys of an object', { g: { a: true } }, { bots: ['a'] }, dotted('keys(g)')],
  ['ids of objects', { g: [{ id: 'a' }, { id: 'b' }] }, { bots: ['a', 'b'] }, dotted('g[].id')],
  ['numbers made texts', { g: [1, 2] }, { bots: ['1', '2'] }, dotted('map(&to_string(@), g)')],
  ['numbers left numbers', { g: [1, 2] }, nothing, dotted('g[]')],
  ['an expression that cannot be asked of this', { g: 5 }, nothing, dotted("split(g, ',')")],
  ['a member of exactly that name', { 'keys(g)': ['a'], g: { b: 1 } }, { bots: ['a'] }, dotted('keys(g)')],
  ['an expression to a prototype', {}, nothing, dotted('constructor | name')],
  ['a dotted path through a list', { x: [{ y: ['a'] }] }, nothing, dotted('x.0.y')],
  ['a dotted path through a string', { x: 'y' }, nothing, dotted('x.length')],
  ['a dotted path to a prototype', { x: {} }, nothing, dotted('x.constructor.name')],
  ['a path to __proto__', {}, nothing, dotted('__proto__')],
  ['a path to constructor', {}, nothing, dotted('constructor.name')],
];

const contacts: Row[] = [
  ['an id', { contact_id: 'c1' }, { contact: 'c1', conversations: [] }],
  ['an id in a list of one', { contact_id: ['c1'] }, { contact: 'c1', conversations: [] }],
  ['two ids', { contact_id: ['c1', 'c2'] }, nothing],
  ['words are not an id', { contact_id: 'c1 c2' }, nothing],
  ['a number', { contact_id: 7 }, nothing],
  ['an object', { contact_id: { id: 'c1' } }, nothing],
  ['empty', { contact_id: '' }, nothing],
  ['an e-mail address', { contact_id: 'eve@example.com' }, nothing],
  [
    'an e-mail address with conversations',
    { contact_id: 'e@x.example', conversations: ['k'] },
    { conversations: ['k'] },
  ],
  ['a full-width at sign', { contact_id: 'eve\uff20example.com' }, nothing],
  ['a small at sign', { contact_id: 'eve\ufe6bexample.com' }, nothing],
  ['an encoded at sign', { contact_id: 'eve%40example.com' }, nothing],
  ['an at sign encoded twice', { contact_id: 'eve%2540example.com' }, nothing],
  ['a full-width percent sign', { contact_id: 'eve\uff0540example.com' }, nothing],
  ['an at sign at the end', { contact_id: 'eve@' }, nothing],
  ['a list with an e-mail address', { contact_id: ['eve@example.com'] }, nothing],
  ['a mailto', { contact_id: 'mailto:eve@example.com' }, nothing],
  ['a control character', { contact_id: 'c1\0' }, nothing],
  ['a zero-width character', { contact_id: 'c\u200b1' }, nothing],
  ['the subject as id', {}, { contact: 'ada', conversations: [] }, idAt('sub')],
  ['an e-mail address as subject', { sub: 'eve@example.com' }, nothing, idAt('sub')],
  ['the e-mail claim', { email: 'eve@example.com' }, nothing, idAt('email')],
  [
    'an e-mail beside it means nothing',
    { contact_id: 'c1', email: 'eve@example.com' },
    { contact: 'c1', conversations: [] },
  ],
  ['conversations alone', { conversations: ['k1', 'k2'] }, { conversations: ['k1', 'k2'] }],
  ['one conversation', { conversations: 'k1 k2' }, { conversations: ['k1 k2'] }],
  ['conversations as a list', { conversations: ['k 1', 'k2'] }, { conversations: ['k 1', 'k2'] }],
  ['conversations malformed', { conversations: [1] }, nothing],
  ['without the grant', { contact_id: 'c1', conversations: ['k'] }, nothing, { grants: ['member', 'admin'] }],
];

const owner = (ids: string[]): object => ({ superAdmin: false, owned: ids });
const admins: Row[] = [
  ['super admin', { roles: ['super_admin'] }, { superAdmin: true, owned: [] }],
  ['super admin as the only role', { roles: 'super_admin' }, { superAdmin: true, owned: [] }],
  ['a role is no words: a former super admin', { roles: 'former super_admin' }, nothing],
  [
    'a single role of a provider, as it stands',
    { role: 'former super_admin' },
    nothing,
    named({ roles: 'role' }),
  ],
  [
    'super admin in the scope',
    { scope: 'openid super_admin' },
    { superAdmin: true, owned: [] },
    named({ roles: 'scope', scope: 'scope' }),
  ],
  ['a longer role', { roles: ['super_admin2', 'not_super_admin', 'super_admin '] }, nothing],
  ['a role in other letters', { roles: ['Super_Admin'] }, nothing],
  ['a role as a key', { roles: { super_admin: true } }, nothing],
  ['super admin as true', { super_admin: true, roles: true }, nothing],
  ['another role', { roles: ['chief'] }, { superAdmin: true, owned: [] }, { superAdminRole: 'chief' }],
  ['no role configured', { roles: ['super_admin', 'null', ''] }, nothing, { superAdminRole: null }],
  ['owned bots', { owned_bots: ['a', 'b c', '.x'] }, owner(['a'])],
  ['owned bots in words', { owned_bots: 'a b' }, nothing],
  ['one owned bot', { owned_bots: 'a' }, owner(['a'])],
  ['owned bots of an issuer with a list', { owned_bots: ['a', 'b'] }, owner(['a']), { bots: ['a'] }],
  ['a star owns nothing', { owned_bots: ['*'] }, nothing, { allBots: '*' }],
  ['super admin of an issuer with a list owns that', { roles: 'super_admin' }, owner(['a']), { bots: ['a'] }],
  ['super admin of an issuer of no bots', { roles: 'super_admin' }, nothing, { bots: [] }],
  ['without the grant', { roles: 'super_admin', owned_bots: 'a' }, nothing, { grants: ['member'] }],
  ['owning is not access', { owned_bots: ['a'] }, owner(['a'])],
];

t.test('claims grant what the issuer may grant', async (t) => {
  for (const [group, rows] of Object.entries({ members, contacts, admins }))
    for (const [name, more, expected, changes] of rows)
      t.same(await granted(more, changes), expected, `${group}: ${name}`);
});

const session = (more: object = {}): string => `session=${hs.sign(claims(more))}`;
const old = (sub = 'ada'): string => session({ sub, exp: seconds(-3600) });
const staff = issuer({ keys, from: ['bearer', 'cookie:session', 'cookie:__Host-session'] });
const other = createSigner('ES256', 'o');
const partner = issuer({
  name: 'partner',
  issuer: 'https://partner.example/',
  keys: [publicOf(other)],
  from: ['cookie:partner'],
});

t.test('cookies: exactly one person', async (t) => {
  const verifier = createVerifier(options([staff, partner]), { log: quiet });
  const ofPartner = other.sign(claims({ iss: 'https://partner.example/' }));
  const [ada, again, eve] = [session(), session({ nonce: 2 }), session({ sub: 'eve' })];
  const rows: (readonly [name: string, expected: string, ...texts: string[]])[] = [
    ['none', 'no-credential'],
    ['another cookie', 'no-credential', 'theme=dark', `Session=${ada}`, `session2=${ada}`],
    ['an empty one', 'no-credential', 'session='],
    ['two empty ones', 'no-credential', 'session=', 'session='],
    ['a good one', 'ada', ada],
    ['a good one and an empty one', 'ada', 'session=', ada],
    ['a good one and nonsense', 'ada', 'session=x', ada],
    ['a good one and an expired one', 'ada', old('eve'), ada],
    [
      'a good one and a forged one',
      'ada',
      `session=${createSigner('HS256', 'hs-1').sign(claims({ sub: 'eve' }))}`,
      ada,
    ],
    ['the same twice', 'ada', ada, ada],
    ['two of one person', 'ada', ada, again],
    ['two of one person under two names', 'ada', ada, again.replace('session', '__Host-session')],
    ['two people', 'session-invalid', ada, eve],
    ['two people, the other way round', 'session-invalid', eve, ada],
    ['two people and nonsense', 'session-invalid', ada, 'session=x', eve],
    ['one subject of two issuers is two people', 'session-invalid', ada, `partner=${ofPartner}`],
    ['the other issuer alone', 'ada', `partner=${ofPartner}`],
    ["the other issuer in this issuer's cookie", 'session-invalid', `session=${ofPartner}`],
    ["this issuer in the other's cookie", 'session-invalid', ada.replace('session', 'partner')],
    ['an expired one', 'session-expired', old()],
    ['expired and nonsense', 'session-expired', 'session=x', old()],
    ['two expired people', 'session-expired', old(), old('eve')],
    ['nonsense', 'session-invalid', 'session=x'],
    ['quoted', 'ada', ada.replace('=', '="') + '"'],
    ['with a space', 'session-invalid', `${ada} `],
    ['percent-encoded', 'ada', ada.replaceAll('.', '%2E')],
    ['split in two cookies', 'session-invalid', ada.slice(0, 80), `session=${ada.slice(80)}`],
    ['a prefixed name', 'no-credential', ada.replace('session', '__Secure-session')],
    ['a foreign token', 'session-invalid', session({ iss: 'https://evil.example/' })],
    ['of another kind', 'session-invalid', session({ typ: 'Refresh' })],
    ['seven bad ones and a good one', 'ada', ...'abcdefg'.split('').map((x) => `session=${x}`), ada],
    ['too many', 'session-invalid', ada, ...'abcdefgh'.split('').map((x) => `session=${x}`)],
    ['the same text very often is one', 'ada', ...Array.from({ length: 50 }, () => ada)],
  ];
  for (const [name, expected, ...texts] of rows)
    for (const round of ['first', 'again']) {
      const principal = await cookies(verifier, ...texts);
      const who = principal.kind === 'known' ? principal.subject : word(principal);
      t.equal(who, expected, `${name}, ${round}`);
    }
});

t.test('a bearer beats every cookie', async (t) => {
  const verifier = createVerifier(options([staff]), { log: quiet });
  const with_ = async (token: string): Promise<string> => {
    const cookie = { name: 'session', value: hs.sign(claims()) };
    const principal = await verifier.identify({ bearer: token, cookies: [cookie] }, Date.now());
    return principal.kind === 'known' ? `${principal.via} ${principal.subject}` : word(principal);
  };
  t.equal(await with_(hs.sign(claims({ sub: 'eve' }))), 'bearer eve');
  t.equal(await with_('a.b.c'), 'token-invalid');
  t.equal(await with_(''), 'token-invalid');
  t.equal(await with_(hs.sign(claims({ exp: 1 }))), 'token-expired');
  t.equal(await with_(hs.sign(claims({ iss: 'x' }))), 'token-foreign');
  const none = createVerifier(options([]), { log: quiet });
  t.equal(word(await bearer(none, hs.sign(claims()))), 'no-credential', 'without issuers nobody signs in');
});

t.test('the cache answers at once, never past what it may', async (t) => {
  const verifier = createVerifier({ ...options([staff]), cacheEntries: 10 }, { log: quiet });
  const token = hs.sign(claims({ exp: seconds(600), nbf: seconds(-60) }));
  const ask = (nowMs: number): unknown => verifier.identify({ bearer: token, cookies: [] }, nowMs);
  const now = Date.now();
  const together = [ask(now), ask(now), ask(now)];
  t.ok(together.every((answer) => answer instanceof Promise));
  const [first, second] = await Promise.all(together);
  t.equal(first, second, 'asked together, verified once');
  t.equal(verifier.stats().verifications, 1);
  t.equal(ask(now), first, 'the same object, without waiting');
  t.match(ask(now + 629_000), { kind: 'known' }, 'within the tolerance');
  t.match(ask(seconds(631) * 1000), { kind: 'refused', reason: 'token-expired' });
  t.match(ask(now - 120_000), { kind: 'refused', reason: 'token-invalid' }, 'a clock set back before nbf');
  t.match(ask(now), { kind: 'known' });
  t.equal((first as Known).expiresAtMs, Math.floor(now / 1000) * 1000 + 630_000);
  const byCookie = await cookies(verifier, `session=${token}`);
  t.match(byCookie, { kind: 'known', via: 'cookie' }, 'a cookie is another matter than a bearer');
  for (let index = 0; index < 100; index++) await bearer(verifier, hs.sign(claims({ sub: String(index) })));
  t.ok(verifier.stats().cached <= 10, 'bounded');
  t.ok(ask(now) instanceof Promise, 'what was not used is forgotten');
  const bad = createSigner('HS256', 'hs-1').sign(claims());
  await bearer(verifier, bad);
  const { verifications } = verifier.stats();
  for (let index = 0; index < 10; index++) t.equal(word(await bearer(verifier, bad)), 'token-invalid');
  t.equal(verifier.stats().verifications, verifications, 'a bad signature is checked once in a while');
});

t.test('the cache keeps what is used and is bounded by weight', async (t) => {
  const verifier = createVerifier({ ...options([staff]), cacheEntries: 20 }, { log: quiet });
  const mine = { bearer: hs.sign(claims()), cookies: [] };
  await verifier.identify(mine, Date.now());
  for (let index = 0; index < 200; index++) {
    t.notOk(verifier.identify(mine, Date.now()) instanceof Promise, 'used all the time');
    await bearer(verifier, hs.sign(claims({ sub: `s${String(index)}`, pad: 'x'.repeat(5000) })));
  }
  t.ok(verifier.stats().cached < 10, `${String(verifier.stats().cached)} long ones are kept`);
});

t.test('a cache of none', async (t) => {
  const verifier = createVerifier({ ...options([staff]), cacheEntries: 0 }, { log: quiet });
  const mine = { bearer: hs.sign(claims()), cookies: [] };
  t.match(await verifier.identify(mine, Date.now()), { kind: 'known' });
  t.ok(verifier.identify(mine, Date.now()) instanceof Promise);
  t.equal(verifier.stats().cached, 0);
});

t.test('claims for explain', async (t) => {
  const verifier = createVerifier(options([issuer({ keys, grants: every }), partner]), { log: quiet });
  const from = (name: string | undefined, more: object): object | undefined =>
    verifier.fromClaims(name, more as Record<string, unknown>, 1_000_000);
  t.match(from('staff', { bots: ['a'] }), {
    issuer: 'staff',
    subject: 'unnamed',
    member: { bots: new Set(['a']) },
  });
  t.match(from(undefined, { iss: ISS, sub: 'ada', exp: 1001 }), {
    issuer: 'staff',
    subject: 'ada',
    expiresAtMs: 1_001_000,
  });
  t.match(from(undefined, {}), { issuer: 'staff' }, 'the first one');
  t.match(from('partner', { bots: 'a' }), { issuer: 'partner' });
  t.equal(from('nobody', {}), undefined);
  t.equal(from('staff', { iss: 'https://evil.example/' }), undefined);
  t.equal(from('staff', { exp: 999 }), undefined, 'expired');
});

t.test('what a token proved, in words', async (t) => {
  const verifier = createVerifier(options([staff]), { log: quiet });
  const lines: string[] = [];
  await verifier.identify({ bearer: hs.sign(claims({ aud: 'x' })), cookies: [] }, Date.now(), (line) =>
    lines.push(line),
  );
  const value = hs.sign(claims());
  await verifier.identify({ cookies: [{ name: 'session', value }] }, Date.now(), (line) => lines.push(line));
  t.same(lines, [
    'bearer: wrong-audience: it is not for this audience (issuer staff)',
    'cookie:session: verified, a token of staff',
  ]);
  t.same([...verifier.stats().refused], [['wrong-audience', 1]]);
  t.same([...verifier.cookieNames], ['session', '__Host-session']);
  t.same(verifier.status(), [{ issuer: 'staff', source: 'fixed', state: 'up', detail: '1 keys' }]);
});

t.test('mistakes are named before', (t) => {
  const short = { algorithm: 'HS256', secret: Buffer.alloc(31) } as const;
  const pem = (algorithm: 'RS256' | 'ES256' | 'EdDSA', publicKey: string | Buffer) =>
    ({ algorithm, publicKey: Buffer.from(publicKey as string) }) as const;
  const weak = publicSigner('RS256', 'w', newPair('RS256', 1024));
  const privatePem = newPair('ES256').privateKey.export({ type: 'pkcs8', format: 'pem' });
  const broken = options(
    [
      issuer({ keys: [short, { algorithm: 'HS512', secret: Buffer.alloc(63) }, pem('RS256', es.publicPem)] }),
      issuer({
        keys: [
          pem('RS256', weak.publicPem),
          pem('ES256', privatePem),
          pem('EdDSA', 'nonsense'),
          pem('RS256', '{}'),
        ],
      }),
      issuer({
        name: 'c',
        keys: [],
        from: ['cookie:a b', 'header:x y z'],
        issuer: '',
        audience: [],
        bots: ['.a'],
      }),
      issuer({
        name: 'd',
        keys: [{ jwksUrl: 'ftp://x' }, { jwksUrl: 'https://u:p@x/' }, { jwksUrl: 'nothing' }],
        from: [],
      }),
      issuer({ name: 'e', keys, grants: ['contact'], claims: { ...issuer().claims, contact: 'user.email' } }),
      issuer({ name: 'f', keys: [{ algorithm: 'HS256', secret: Buffer.from(rs.publicPem) }] }),
    ],
    { keepSeconds: 60 },
  );
  t.same(
    checkIdentity({ ...broken, clockToleranceSeconds: 61 }).mistakes.map(({ path }) => path),
    [
      ...[
        'clockToleranceSeconds',
        'jwks.keepSeconds',
        'issuers[0].keys[0]',
        'issuers[0].keys[1]',
        'issuers[0].keys[2]',
      ],
      ...[
        'issuers[1].name',
        'issuers[1].keys[0]',
        'issuers[1].keys[1]',
        'issuers[1].keys[2]',
        'issuers[1].keys[3]',
      ],
      ...[
        'issuers[2].issuer',
        'issuers[2].audience',
        'issuers[2].keys',
        'issuers[2].from[0]',
        'issuers[2].from[1]',
      ],
      ...[
        'issuers[2].bots[0]',
        'issuers[3].from',
        'issuers[3].keys[0].jwksUrl',
        'issuers[3].keys[1].jwksUrl',
      ],
      ...['issuers[3].keys[2].jwksUrl', 'issuers[4].claims.contact', 'issuers[5].keys[0]'],
    ],
  );
  const jwksUrl = 'http://keys.example/';
  const loose = options([
    issuer({ issuer: null, audience: null, keys: [...keys, publicOf(rs), { jwksUrl }] }),
  ]);
  t.same(checkIdentity(loose).mistakes, []);
  t.same(
    checkIdentity(loose).warnings.map(({ path }) => path),
    ['issuers[0].issuer', 'issuers[0].audience', 'issuers[0].keys[2].jwksUrl'],
  );
  for (const key of [
    pem('RS256', 'nonsense'),
    short,
    { algorithm: 'HS256', secret: Buffer.alloc(0) } as const,
  ])
    t.throws(() => createVerifier(options([issuer({ keys: [key] })]), { log: quiet }));
  t.end();
});

/** A certificate of a P-256 key that is nobody's. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBdjCCARugAwIBAgIUVOK82Mk1wqXlkv+b/JX5tx5JzuEwCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjIxMjU5NTlaGA8yMTI2MTAyOTEyNTk1
OVowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABBxz
H0RO3UMSfTgqQyMI8NiUAzDlMR811fTMzJ5a19HbGyfu1r+1q3dHI6rTbEiMtQdw
RSNEkHHXr9/otOiiSKejUzBRMB0GA1UdDgQWBBRYajeQO6b8cilFHAe8Syb2jMWb
ODAfBgNVHSMEGDAWgBRYajeQO6b8cilFHAe8Syb2jMWbODAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0kAMEYCIQC/dAcoQ/vjXoPqMq8TL6gvGbH2PWF34cIK
918Xhdb2rAIhALnloOP4Zi8tleISXN02nieFgj+JxdrLoQOpCH++hb88
-----END CERTIFICATE-----`;

t.test('public keys as certificates and JWK files', async (t) => {
  const inCertificate = { algorithm: 'ES256', publicKey: Buffer.from(certificate) } as const;
  const findings = (key: KeyOptions) => checkIdentity(options([issuer({ keys: [key] })])).mistakes;
  t.same(findings(inCertificate), []);
  t.match(findings({ ...inCertificate, algorithm: 'ES384' }), [{ message: /P-384/ }]);
  for (const changes of [{ alg: 'ES384' }, { use: 'enc' }, { key_ops: ['sign'] }]) {
    const text = JSON.stringify({ ...es.jwk, ...changes });
    t.match(
      findings({ algorithm: 'ES256', publicKey: Buffer.from(text) }),
      [{ message: /not for verifying/ }],
      text,
    );
  }

  const key = { algorithm: 'ES256', kid: 'es-1', publicKey: Buffer.from(JSON.stringify(es.jwk)) } as const;
  const verifier = createVerifier(options([issuer({ keys: [key] })]), { log: quiet });
  t.equal(word(await bearer(verifier, es.sign(claims()))), 'known');
  const privateJwk = JSON.stringify(newPair('ES256').privateKey.export({ format: 'jwk' }));
  t.match(findings({ algorithm: 'ES256', publicKey: Buffer.from(privateJwk) }), [{ message: /private/ }]);
});

t.test('the longest token is a setting, and never more than 16 KiB', async (t) => {
  const said = async (bytes: number | undefined, pad: number) => {
    const limit = bytes === undefined ? {} : { maxTokenBytes: bytes };
    const verifier = createVerifier({ ...options([issuer({ keys })]), ...limit }, { log: quiet });
    return word(await bearer(verifier, hs.sign(claims({ pad: 'x'.repeat(pad) }))));
  };
  t.equal(await said(undefined, 1_000), 'known');
  t.equal(await said(1_000, 1_000), 'token-invalid');
  t.equal(await said(undefined, 7_000), 'token-invalid', '8 KiB where it is not set');
  t.equal(await said(1_000_000, 7_000), 'known');
  t.equal(await said(1_000_000, 13_000), 'token-invalid');
});

t.test('what one request costs, whatever it carries', async (t) => {
  const strange = createSigner('HS256', 'hs-1');
  const places = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) => `cookie:${name}` as const);
  const secrets = Array.from({ length: 3 }, () => createSigner('HS256'));
  const three = ['one', 'two', 'three'].map((name) =>
    issuer({ name, keys: secrets.map(secretOf), from: ['bearer', ...places] }),
  );
  const many = createVerifier(options(three), { log: quiet });
  const forged = (n: number): string => createSigner('HS256').sign(claims({ sub: String(n) }));
  const checks = async (ask: () => unknown): Promise<number> => {
    const before = many.stats().verifications;
    await ask();
    return many.stats().verifications - before;
  };
  const eight = places.map((place, n) => `${place.slice('cookie:'.length)}=${forged(n)}`);
  t.ok((await checks(() => cookies(many, ...eight))) <= 8, 'eight cookies, three issuers, three keys');
  t.ok((await checks(() => bearer(many, forged(9)))) <= 8, 'one bearer');

  const verifier = createVerifier(options([issuer({ keys })]), { log: quiet });
  const failed: string[] = [];
  const ask = async (left: number, ...values: string[]): Promise<string> => {
    const budget = createBudget(left, () => failed.push('failed'));
    const pairs = values.map((value) => ({ name: 'session', value }));
    return word(await verifier.identify({ cookies: pairs }, Date.now(), undefined, { budget }));
  };
  const [good, other, late] = [
    hs.sign(claims()),
    hs.sign(claims({ sub: 'grace' })),
    hs.sign(claims({ exp: seconds(-60) })),
  ];
  const rotated = strange.sign(claims());
  t.equal(await ask(0, good), 'session-invalid', 'nothing to spend: nothing is believed');
  t.equal(verifier.stats().verifications, 0);
  t.equal(await ask(4, good), 'known', 'and nothing is remembered of it');
  t.equal(await ask(0, good), 'known', 'what was verified before costs nothing');
  t.equal(await ask(0, good, other), 'session-invalid', 'what was not checked could be another person');
  t.equal(await ask(4, good, other), 'session-invalid');
  t.equal(await ask(4, late), 'session-expired');
  t.same(failed, [], 'an expired session is no failure');
  for (let n = 0; n < 3; n += 1) t.equal(await ask(4, rotated), 'session-invalid');
  t.same(failed, ['failed'], 'one that no key verifies is one, however often it comes');
  t.equal(await ask(4, 'garbage', 'a.b.c'), 'session-invalid');
  t.same(failed, ['failed'], 'what costs no check is none');
  const shared = [ask(1, strange.sign(claims({ sub: 'x' })), hs.sign(claims({ sub: 'y' })))];
  const whole = ask(4, hs.sign(claims({ sub: 'y' })));
  await Promise.all(shared);
  t.equal(await whole, 'known', "another request's empty purse is not this one's");
});
