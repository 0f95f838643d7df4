import t from 'tap';
import type { ClaimPaths, IssuerOptions } from '../../src/identity/options.ts';
import { createVerifier } from '../../src/identity/verifier.ts';
import { bearer, claims, issuer, options, quiet, secretOf, signers, word } from './scene.ts';

const { hs } = signers;
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
